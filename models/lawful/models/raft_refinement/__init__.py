"""How the model of Raft that runs (`models.raft`) refines the one that is proved (`models.raft_proof`)."""
