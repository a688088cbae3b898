"""Whether one Redis server keeps what it acknowledged, proved for any number of writes, answers and crashes."""
