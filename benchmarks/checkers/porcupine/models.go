package main

import (
	"fmt"
	"hash/maphash"
	"sort"

	"github.com/anishathalye/porcupine"
)

// A step gives the answer of an object in a state, and the state that follows. It may share memory with the old state,
// but does not change it.
type step[S any] func(state S, asked input) (value, S)

// modelOf is the model of an object by the name that the Python side gives it.
func modelOf(name string, initial value, known *texts) (porcupine.Model, error) {
	switch name {
	case "register", "cas-register":
		return model(initial, registerStep, func(a, b value) bool { return a == b }, hashOfValue, byKey), nil
	case "key-value":
		start := known.of(initial)
		same := func(a, b string) bool { return a == b }
		return model(start, keyValueStep(known), same, hashOfText, byKey), nil
	case "set":
		// Values do not depend on each other: the state is whether one value is in the set.
		return model(false, setStep, func(a, b bool) bool { return a == b }, hashOfFlag, byKeyAndValue), nil
	case "fifo-queue":
		return model([]value(nil), queueStep, sameValues, hashOfValues, byKey), nil
	case "stack":
		return model([]value(nil), stackStep, sameValues, hashOfValues, byKey), nil
	case "priority-queue":
		return model([]value(nil), priorityQueueStep, sameValues, hashOfValues, byKey), nil
	case "append-list":
		same := func(a, b string) bool { return a == b }
		return model("", appendListStep(known), same, hashOfText, byKey), nil
	case "counter":
		return model(initial, counterStep, func(a, b value) bool { return a == b }, hashOfValue, byKey), nil
	case "semaphore":
		return model(initial, semaphoreStep(initial), func(a, b value) bool { return a == b }, hashOfValue, byKey), nil
	}
	return porcupine.Model{}, fmt.Errorf("there is no model %q", name)
}

// model makes what Porcupine asks for. An operation with an unknown outcome takes its effect with whatever answer.
func model[S any](
	initial S, next step[S], equal func(a, b S) bool, hash func(S) uint64, part func(input) part,
) porcupine.Model {
	return porcupine.Model{
		Partition: func(history []porcupine.Operation) [][]porcupine.Operation { return partition(history, part) },
		Init:      func() any { return initial },
		Step: func(state, asked, answered any) (bool, any) {
			answer, after := next(state.(S), asked.(input))
			seen := answered.(output)
			return !seen.known || seen.answer == answer, after
		},
		Equal: func(a, b any) bool { return equal(a.(S), b.(S)) },
		Hash:  func(state any) uint64 { return hash(state.(S)) },
	}
}

// A part of an object that does not depend on its other parts.
type part struct{ key, value value }

func byKey(asked input) part         { return part{asked.key, null} }
func byKeyAndValue(asked input) part { return part{asked.key, asked.first} }

func partition(history []porcupine.Operation, of func(input) part) [][]porcupine.Operation {
	places := map[part]int{}
	var parts [][]porcupine.Operation
	for _, operation := range history {
		name := of(operation.Input.(input))
		place, seen := places[name]
		if !seen {
			place = len(parts)
			places[name] = place
			parts = append(parts, nil)
		}
		parts[place] = append(parts[place], operation)
	}
	return parts
}

func registerStep(state value, asked input) (value, value) {
	switch asked.function {
	case "read":
		return state, state
	case "write":
		return null, asked.first
	case "cas":
		if state == asked.first {
			return yes, asked.second
		}
		return no, state
	}
	panic("a register has no function " + asked.function)
}

func keyValueStep(known *texts) step[string] {
	return func(state string, asked input) (value, string) {
		switch asked.function {
		case "get":
			// A text that no operation mentions has no number, and is nobody's answer.
			number, seen := known.numbers[state]
			if !seen {
				return null, state
			}
			return number, state
		case "put":
			return null, known.of(asked.first)
		case "append":
			return null, state + known.of(asked.first)
		}
		panic("a key-value store has no function " + asked.function)
	}
}

func setStep(present bool, asked input) (value, bool) {
	switch asked.function {
	case "insert":
		return truth(!present), true
	case "remove":
		return truth(present), false
	case "contains":
		return truth(present), present
	}
	panic("a set has no function " + asked.function)
}

func truth(holds bool) value {
	if holds {
		return yes
	}
	return no
}

func queueStep(state []value, asked input) (value, []value) {
	switch {
	case asked.function == "enqueue":
		return null, inserted(state, len(state), asked.first)
	case asked.function != "dequeue":
		panic("a queue has no function " + asked.function)
	case len(state) == 0:
		return null, state
	}
	return state[0], state[1:]
}

func stackStep(state []value, asked input) (value, []value) {
	top := len(state) - 1
	switch {
	case asked.function == "push":
		return null, inserted(state, len(state), asked.first)
	case asked.function != "pop":
		panic("a stack has no function " + asked.function)
	case top < 0:
		return null, state
	}
	return state[top], state[:top]
}

func priorityQueueStep(state []value, asked input) (value, []value) {
	switch {
	case asked.function == "insert":
		place := sort.Search(len(state), func(i int) bool { return state[i] >= asked.first })
		return null, inserted(state, place, asked.first)
	case asked.function != "delete_min":
		panic("a priority queue has no function " + asked.function)
	case len(state) == 0:
		return null, state
	}
	return state[0], state[1:]
}

// A list is the text of its values, as history.go makes one of an answer.
func appendListStep(known *texts) step[string] {
	return func(state string, asked input) (value, string) {
		switch asked.function {
		case "read":
			number, seen := known.numbers[state]
			if !seen {
				return null, state
			}
			return number, state
		case "append":
			return null, state + listed(asked.first)
		}
		panic("a list has no function " + asked.function)
	}
}

func counterStep(state value, asked input) (value, value) {
	switch asked.function {
	case "read":
		return state, state
	case "add":
		return null, state + asked.first
	case "add_and_get":
		return state + asked.first, state + asked.first
	}
	panic("a counter has no function " + asked.function)
}

func semaphoreStep(permits value) step[value] {
	return func(free value, asked input) (value, value) {
		switch {
		case asked.function == "acquire" && free > 0:
			return yes, free - 1
		case asked.function == "release" && free < permits:
			return yes, free + 1
		case asked.function == "acquire" || asked.function == "release":
			return no, free
		}
		panic("a semaphore has no function " + asked.function)
	}
}

// inserted is a copy of the values with one more.
func inserted(values []value, place int, added value) []value {
	longer := make([]value, len(values)+1)
	copy(longer, values[:place])
	longer[place] = added
	copy(longer[place+1:], values[place:])
	return longer
}

func sameValues(a, b []value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

var seed = maphash.MakeSeed()

func hashOfText(text string) uint64 { return maphash.String(seed, text) }

func hashOfFlag(holds bool) uint64 { return hashOfValue(truth(holds)) }

func hashOfValue(number value) uint64 {
	// The finalizer of SplitMix64: near numbers get distant hashes.
	mixed := uint64(number) + 0x9e3779b97f4a7c15
	mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9
	mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb
	return mixed ^ (mixed >> 31)
}

func hashOfValues(values []value) uint64 {
	hash := uint64(len(values))
	for _, number := range values {
		hash = hashOfValue(value(hash) ^ number)
	}
	return hash
}
