package main

import "encoding/json"

type lease struct {
	Holder    *string         `json:"holder"`
	Token     int64           `json:"token"` // of the latest grant: it outlives the grant, so tokens only grow
	ExpiresNS int64           `json:"expires_ns"`
	Value     json.RawMessage `json:"value"`
}

func scope(c *call) *lease {
	if c.store.Leases[c.key] == nil {
		c.store.Leases[c.key] = &lease{Value: json.RawMessage("null")}
	}
	return c.store.Leases[c.key]
}

func (row *lease) held(c *call) bool { return row.Holder != nil && row.ExpiresNS > c.nowNS }

var leaderLease = map[string]function{
	"acquire": {true, func(c *call) any {
		row := scope(c)
		if row.held(c) {
			return nil
		}
		row.Holder, row.Token, row.ExpiresNS = &c.Holder, row.Token+1, c.expiryNS()
		return row.Token
	}},
	"renew": {true, func(c *call) any {
		row := scope(c)
		if !row.held(c) || *row.Holder != c.Holder {
			return false
		}
		row.ExpiresNS = c.expiryNS()
		return true
	}},
	"release": {true, func(c *call) any {
		row := scope(c)
		if !row.held(c) || *row.Holder != c.Holder {
			return false
		}
		row.Holder = nil
		return true
	}},
	"get": {false, func(c *call) any {
		if row := scope(c); row.held(c) {
			return map[string]any{"holder": row.Holder, "token": row.Token}
		}
		return nil
	}},
	"guarded_write": {true, func(c *call) any {
		row := scope(c)
		if c.Token < row.Token {
			return false
		}
		row.Value = c.Value
		return true
	}},
	"guarded_read": {false, func(c *call) any { return scope(c).Value }},
}
