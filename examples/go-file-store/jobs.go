package main

import "encoding/json"

type job struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"`
	Params    json.RawMessage `json:"params"`
	State     string          `json:"state"`
	ClaimedBy *string         `json:"claimed_by"`
	Progress  json.RawMessage `json:"progress"`
	ExpiresNS int64           `json:"expires_ns"`
}

func (row *job) shown() map[string]any {
	return map[string]any{
		"id": row.ID, "type": row.Type, "params": row.Params,
		"state": row.State, "claimed_by": row.ClaimedBy, "progress": row.Progress,
	}
}

// What the current claimant alone may do.
func byClaimant(change func(*job, *call)) function {
	return function{true, func(c *call) any {
		row := c.store.Jobs[c.ID]
		if row == nil || row.State != "in_progress" || *row.ClaimedBy != c.Worker || row.ExpiresNS <= c.nowNS {
			return false
		}
		change(row, c)
		return true
	}}
}

var jobs = map[string]function{
	"enqueue": {true, func(c *call) any {
		if c.store.Jobs[c.ID] != nil {
			return false
		}
		row := &job{ID: c.ID, Type: c.Type, Params: c.Params, State: "queued", Progress: json.RawMessage("null")}
		c.store.Jobs[c.ID] = row
		return true
	}},
	"claim": {true, func(c *call) any {
		for _, id := range sortedKeys(c.store.Jobs) {
			row := c.store.Jobs[id]
			if row.State == "queued" || row.State == "in_progress" && row.ExpiresNS <= c.nowNS {
				row.State, row.ClaimedBy, row.ExpiresNS = "in_progress", &c.Worker, c.expiryNS()
				return map[string]any{"id": id, "type": row.Type, "params": row.Params}
			}
		}
		return nil
	}},
	"heartbeat": byClaimant(func(row *job, c *call) { row.ExpiresNS = c.expiryNS() }),
	"progress":  byClaimant(func(row *job, c *call) { row.Progress = c.Progress }),
	"complete":  byClaimant(func(row *job, c *call) { row.State = "completed" }),
	"fail":      byClaimant(func(row *job, c *call) { row.State = "failed" }),
	"get": {false, func(c *call) any {
		if row := c.store.Jobs[c.ID]; row != nil {
			return row.shown()
		}
		return nil
	}},
	"list": {false, func(c *call) any {
		rows := []any{}
		for _, id := range sortedKeys(c.store.Jobs) {
			row := c.store.Jobs[id]
			if (c.State == nil || row.State == *c.State) && (c.Limit == nil || len(rows) < *c.Limit) {
				rows = append(rows, row.shown())
			}
		}
		return rows
	}},
	"queue_depth": {false, func(c *call) any {
		depth := 0
		for _, row := range c.store.Jobs {
			if row.State == "queued" {
				depth++
			}
		}
		return depth
	}},
}
