package main

import (
	"encoding/json"
	"errors"
	"os"
	"sort"
)

// Everything that is stored. Values of any type are kept as the text that they came in: a number read as a float
// would not come back as it was.
type store struct {
	Tasks  map[string]*task  `json:"tasks"`
	Jobs   map[string]*job   `json:"jobs"`
	Leases map[string]*lease `json:"leases"`
}

// The arguments of all functions together; a pointer where null has a meaning of its own.
type arguments struct {
	ID        string              `json:"id"`
	CreatedAt int64               `json:"created_at"`
	Status    *string             `json:"status"`
	NodeTasks map[string]nodeTask `json:"node_tasks"`
	Error     *string             `json:"error"`
	Node      string              `json:"node"`
	UID       string              `json:"uid"`
	Limit     *int                `json:"limit"`
	Offset    *int                `json:"offset"`
	Before    int64               `json:"before"`
	Type      string              `json:"type"`
	Params    json.RawMessage     `json:"params"`
	Worker    string              `json:"worker"`
	TTLMS     int64               `json:"ttl_ms"`
	Progress  json.RawMessage     `json:"progress"`
	State     *string             `json:"state"`
	Holder    string              `json:"holder"`
	Token     int64               `json:"token"`
	Value     json.RawMessage     `json:"value"`
}

func load(path string) (*store, error) {
	rows := &store{map[string]*task{}, map[string]*job{}, map[string]*lease{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return rows, nil
	}
	if err != nil {
		return nil, err
	}
	return rows, json.Unmarshal(text, rows)
}

// The new file takes the place of the old one in one step.
func (rows *store) save(path string) error {
	text, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func (c *call) expiryNS() int64 { return c.nowNS + c.TTLMS*1_000_000 }

func sortedKeys[Row any](rows map[string]Row) []string {
	keys := make([]string, 0, len(rows))
	for key := range rows {
		keys = append(keys, key)
	}
	sort.Strings(keys) // by bytes of UTF-8, which is by code point
	return keys
}
