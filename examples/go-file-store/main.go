// An adapter for lawful in Go, with a task store that is one JSON file. See docs/adapters.md.
//
// Each client is a process of its own. A change is decided and written under a lock on the file "lock", and becomes
// visible by one rename, so a process that is killed at any instant leaves the state before or the state after.
// A process that is paused while it holds the lock makes the others wait; past their time-out they say that nothing
// was done, which is true.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

type request struct {
	ID        int64           `json:"id"`
	Do        string          `json:"do"`
	Folder    string          `json:"folder"`
	TimeoutMS int64           `json:"timeout_ms"`
	Connect   string          `json:"connection"`
	Table     string          `json:"table"`
	Key       string          `json:"key"`
	Function  string          `json:"function"`
	Arguments json.RawMessage `json:"arguments"`
}

// What a function gets: the rows, the arguments, and the time at which it takes effect.
type call struct {
	store *store
	key   string
	nowNS int64
	arguments
}

// The functions of each table; the changing ones are those that need the lock.
type function struct {
	changes bool
	run     func(*call) any
}

var tables = map[string]map[string]function{"tasks": tasks, "jobs": jobs, "leader_lease": leaderLease}

var errUnsupported = errors.New("no such function here")

func hello() map[string]any {
	offered := map[string][]string{}
	for table, functions := range tables {
		for name := range functions {
			offered[table] = append(offered[table], name)
		}
	}
	return map[string]any{"protocol": 1, "name": "go-file-store", "clients": "one", "tables": offered}
}

func main() {
	var folder string
	timeout := time.Second
	lines := bufio.NewReader(os.Stdin)
	answers := json.NewEncoder(os.Stdout) // ends each answer with a line end
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return // the end of the input is the end of the client
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			answers.Encode(map[string]any{"id": asked.ID, "defect": err.Error()})
			continue
		}
		answer := map[string]any{"id": asked.ID, "ok": nil}
		switch asked.Do {
		case "hello":
			answer["ok"] = hello()
		case "start":
			answer["ok"] = map[string]any{"connection": asked.Folder}
		case "open":
			folder, timeout = asked.Connect, time.Duration(asked.TimeoutMS)*time.Millisecond
		case "call":
			result, err := carryOut(folder, &asked, time.Now().Add(timeout*3/4))
			answer["ok"] = result
			if errors.Is(err, errUnsupported) {
				answer = map[string]any{"id": asked.ID, "unsupported": err.Error()}
			} else if err != nil {
				answer = map[string]any{"id": asked.ID, "failed": err.Error()}
			}
		}
		answers.Encode(answer)
	}
}

// One operation. An error means that nothing was changed and nothing will be.
func carryOut(folder string, asked *request, deadline time.Time) (any, error) {
	function, known := tables[asked.Table][asked.Function]
	if !known {
		return nil, errUnsupported
	}
	current := &call{key: asked.Key}
	if err := json.Unmarshal(asked.Arguments, &current.arguments); err != nil {
		return nil, err
	}
	if function.changes {
		unlock, err := lock(filepath.Join(folder, "lock"), deadline)
		if err != nil {
			return nil, err
		}
		defer unlock()
	}
	path := filepath.Join(folder, "store.json")
	rows, err := load(path)
	if err != nil {
		return nil, err
	}
	current.store, current.nowNS = rows, time.Now().UnixNano() // read under the lock: nobody can come in between
	result := function.run(current)
	if !function.changes {
		return result, nil
	}
	return result, rows.save(path)
}

func lock(path string, deadline time.Time) (func(), error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		if time.Now().After(deadline) {
			file.Close()
			return nil, errors.New("somebody else holds the lock")
		}
		time.Sleep(time.Millisecond)
	}
	return func() { file.Close() }, nil
}
