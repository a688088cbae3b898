package main

import "sort"

type nodeTask struct {
	UID    string `json:"uid"`
	Status string `json:"status"`
}

type task struct {
	ID        string              `json:"id"`
	CreatedAt int64               `json:"created_at"`
	Status    string              `json:"status"`
	NodeTasks map[string]nodeTask `json:"node_tasks"`
	Error     *string             `json:"error"`
}

var terminal = map[string]bool{"succeeded": true, "failed": true, "canceled": true}

var tasks = map[string]function{
	"insert": {true, func(c *call) any {
		if c.store.Tasks[c.ID] != nil {
			return false
		}
		c.store.Tasks[c.ID] = &task{c.ID, c.CreatedAt, *c.Status, c.NodeTasks, c.Error}
		return true
	}},
	"get": {false, func(c *call) any { return c.store.Tasks[c.ID] }},
	"update_status": {true, func(c *call) any {
		row := c.store.Tasks[c.ID]
		if row == nil || terminal[row.Status] {
			return false
		}
		row.Status = *c.Status
		return true
	}},
	"update_node": {true, func(c *call) any {
		row := c.store.Tasks[c.ID]
		if row == nil {
			return false
		}
		row.NodeTasks[c.Node] = nodeTask{c.UID, *c.Status}
		finished := "succeeded"
		for _, part := range row.NodeTasks {
			if !terminal[part.Status] {
				return true
			}
			if part.Status == "failed" {
				finished = "failed"
			}
		}
		if !terminal[row.Status] {
			row.Status = finished
		}
		return true
	}},
	"set_error": {true, func(c *call) any {
		row := c.store.Tasks[c.ID]
		if row != nil {
			row.Error = c.Error
		}
		return row != nil
	}},
	"list": {false, func(c *call) any {
		rows := []*task{}
		for _, id := range sortedKeys(c.store.Tasks) {
			if row := c.store.Tasks[id]; c.Status == nil || row.Status == *c.Status {
				rows = append(rows, row)
			}
		}
		sort.SliceStable(rows, func(i, j int) bool { return rows[i].CreatedAt > rows[j].CreatedAt })
		if c.Offset != nil {
			rows = rows[min(*c.Offset, len(rows)):]
		}
		if c.Limit != nil {
			rows = rows[:min(*c.Limit, len(rows))]
		}
		return rows
	}},
	"delete": {true, func(c *call) any {
		found := c.store.Tasks[c.ID] != nil
		delete(c.store.Tasks, c.ID)
		return found
	}},
	"prune": {true, func(c *call) any {
		pruned := 0
		for id, row := range c.store.Tasks {
			if terminal[row.Status] && row.CreatedAt < c.Before {
				delete(c.store.Tasks, id)
				pruned++
			}
		}
		return pruned
	}},
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}
