package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/anishathalye/porcupine"
)

// A value of a history as a number: integers are themselves, the others are far below them.
type value = int64

const (
	null value = math.MinInt64 + iota
	no
	yes
	firstText
)

// What was asked for. The first and second arguments are null where the function has none.
type input struct {
	function string
	key      value
	first    value
	second   value
}

// What was answered. Where the outcome is unknown, any answer will do.
type output struct {
	known  bool
	answer value
}

// texts are the strings met so far; text number i has the value firstText + i.
type texts struct {
	numbers map[string]value
	all     []string
}

func (t *texts) of(number value) string {
	return t.all[number-firstText]
}

func (t *texts) valueOf(decoded any) (value, error) {
	switch decoded := decoded.(type) {
	case nil:
		return null, nil
	case bool:
		if decoded {
			return yes, nil
		}
		return no, nil
	case float64:
		if decoded != math.Trunc(decoded) || math.Abs(decoded) > 1<<53 {
			return null, fmt.Errorf("%v is not an integer below 2^53", decoded)
		}
		return value(decoded), nil
	case []any:
		var text strings.Builder
		for _, one := range decoded {
			number, err := t.valueOf(one)
			if err != nil {
				return null, err
			}
			text.WriteString(listed(number))
		}
		return t.valueOf(text.String())
	case string:
		number, seen := t.numbers[decoded]
		if !seen {
			number = firstText + value(len(t.all))
			t.numbers[decoded] = number
			t.all = append(t.all, decoded)
		}
		return number, nil
	}
	return null, fmt.Errorf("%v is no value of a history", decoded)
}

// listed is a value as part of the text of a list.
func listed(number value) string {
	return strconv.FormatInt(number, 10) + ","
}

type header struct {
	Model   string `json:"model"`
	Initial any    `json:"initial"`
}

// A line is [key, function, [arguments], answer, call, return].
const (
	lineKey = iota
	lineFunction
	lineArguments
	lineAnswer
	lineCall
	lineReturn
	lineLength
)

func read(file string) (porcupine.Model, []porcupine.Operation, error) {
	none := porcupine.Model{}
	stream, err := os.Open(file)
	if err != nil {
		return none, nil, err
	}
	defer stream.Close()
	lines := bufio.NewScanner(stream)
	lines.Buffer(make([]byte, 1<<16), 1<<28)
	var head header
	if !lines.Scan() {
		return none, nil, fmt.Errorf("there is no header")
	}
	if err := json.Unmarshal(lines.Bytes(), &head); err != nil {
		return none, nil, err
	}
	known := &texts{numbers: map[string]value{}}
	initial, err := known.valueOf(head.Initial)
	if err != nil {
		return none, nil, err
	}
	model, err := modelOf(head.Model, initial, known)
	if err != nil {
		return none, nil, err
	}
	var history []porcupine.Operation
	for lines.Scan() {
		operation, err := parse(lines.Bytes(), known)
		if err != nil {
			return none, nil, fmt.Errorf("line %d: %w", len(history)+2, err)
		}
		history = append(history, operation)
	}
	return model, history, lines.Err()
}

func parse(line []byte, known *texts) (porcupine.Operation, error) {
	none := porcupine.Operation{}
	var fields []any
	if err := json.Unmarshal(line, &fields); err != nil {
		return none, err
	}
	if len(fields) != lineLength {
		return none, fmt.Errorf("%d fields instead of %d", len(fields), lineLength)
	}
	function, isText := fields[lineFunction].(string)
	arguments, isList := fields[lineArguments].([]any)
	call, isNumber := fields[lineCall].(float64)
	if !isText || !isList || !isNumber || len(arguments) > 2 {
		return none, fmt.Errorf("not an operation")
	}
	arguments = append(arguments, nil, nil)
	var values [4]value
	for i, decoded := range []any{fields[lineKey], arguments[0], arguments[1], fields[lineAnswer]} {
		number, err := known.valueOf(decoded)
		if err != nil {
			return none, err
		}
		values[i] = number
	}
	returned, isKnown := fields[lineReturn].(float64)
	operation := porcupine.Operation{
		Input:  input{function, values[0], values[1], values[2]},
		Output: output{isKnown, values[3]},
		Call:   int64(call),
		// Porcupine has no unknown outcomes. Its author's advice is to let such an operation return after all
		// others, with an answer that the model always accepts.
		Return: math.MaxInt64,
	}
	if isKnown {
		operation.Return = int64(returned)
	}
	return operation, nil
}
