"""Redis as local steps: persistence, asynchronous replication, WAIT, min-replicas-to-write and failover by Sentinel."""
