"""Small right files, one or two of each format, which are mutilated; and what is right of a configuration."""

from __future__ import annotations

import importlib.util
import tempfile
from functools import cache
from pathlib import Path

from lawful.conformance.history.formats import FORMATS, dump
from lawful.models.history import FaultEvent, Header, History, Operation, Outcome

HISTORY = History(
    (
        Operation(0, 0, "register", "write", {"value": 1}, Outcome.OK, 10, 20, server="n1"),
        Operation(1, 1, "register", "read", {}, Outcome.OK, 12, 15, result=1),
        Operation(2, 2, "register", "cas", {"old": 1, "new": 2}, Outcome.UNKNOWN, 16, None, error="timed out"),
        Operation(3, 0, "register", "cas", {"old": 7, "new": 2}, Outcome.OK, 25, 30, result=False),
        Operation(4, 1, "register", "read", {}, Outcome.FAIL, 26, 30, error="refused: ß"),
    ),
    (FaultEvent("kill", "n1", 11, 13, details={"signal": 9}),),
    Header(backend="test", model="cas-register", initial=0, versions={"python": "3"}, options={"a": [1.5, None]}),
)

RECORDED = b"""\
{"record":"header","format":1,"model":"cas-register"}
{"record":"invoke","index":0,"process":0,"object":"register","function":"write","arguments":{"value":1},"time_ns":1}
{"record":"fault","fault":"kill","target":"n1","call_ns":2,"return_ns":3,"details":{"signal":9}}
{"record":"invoke","index":1,"process":1,"object":"register","function":"read","arguments":{},"time_ns":4}
{"record":"return","index":1,"outcome":"ok","result":1,"server":"n2","time_ns":5}
{"record":"return","index":0,"outcome":"unknown","error":"timed out","time_ns":6}
{"record":"footer","operations":2,"faults":1}
"""

JEPSEN_LOG = b"""\
INFO  jepsen.util - 4\t:invoke\t:read\tnil
INFO  jepsen.util - 1\t:invoke\t:cas\t[1 2]
INFO  jepsen.util - 4\t:ok\t:read\t7
INFO  jepsen.util - :nemesis\t:info\t:start\t"cut off"
INFO  jepsen.util - 1\t:info\t:cas\t:timed-out
"""

KEY_VALUE_LOG = b"""\
{:process 0, :type :invoke, :f :append, :key "0", :value "x 0 0 y"}
{:process 1, :type :invoke, :f :get, :key "0", :value nil}
{:process 0, :type :ok, :f :append, :key "0", :value "x 0 0 y"}
{:process 1, :type :ok, :f :get, :key "0", :value "x 0 0 y"}
"""

EDN = b"""\
#jepsen.history.Op{:index 0, :process 0, :type :invoke, :f :txn, :value [[:append 1 2] [:r 1 nil]], :time 5}
#jepsen.history.Op{:index 1, :process 0, :type :ok, :f :txn, :value [[:append 1 2] [:r 1 #{2 "a\\u00e9"}]], :time 9}
; a comment
#_ {:dropped 1} {:process :nemesis, :type :info, :f :kill, :value {:n1 :killed}, :time 10}
"""

ETCD = b"""\
{"ClientId":2,"Input":{"Type":"range","Range":{"Start":"k","End":"","Limit":0,"Revision":0},"Txn":null},"Call":3,\
"Output":{"Txn":null,"Range":{"KVs":[{"Key":"k","Value":{"Value":"1","Hash":0},"ModRevision":2}],"Count":1},\
"Error":""},"Return":5}
{"ClientId":1,"Input":{"Type":"txn","Txn":{"Conditions":null,"OperationsOnSuccess":[{"Type":"put-operation","Put":\
{"Key":"k","Value":{"Value":"1"},"LeaseID":0}}]}},"Call":1,"Output":{"Error":"deadline exceeded"},"Return":9}
"""

INTERVALS = b"# stack\n0 1 5 PUSH 1\n1 2 6 POP 1\npush 3 7 8\npop -1 9 9\n"

CONFIGURATION = b"""\
[project]
name = "store"

[tool.lawful]
backend = "sqlite"
initial = {a = [1, 2.5, true], b = "text"}
budget-s = 30
memory-mb = 1e3
failed-cas = "dropped"
format = "json"
"""

_WRITTEN = {
    "lawful": (RECORDED,),
    "jepsen-log": (JEPSEN_LOG,),
    "key-value-log": (KEY_VALUE_LOG,),
    "edn": (EDN,),
    "etcd-robustness": (ETCD,),
    "intervals": (INTERVALS,),
}


@cache
def samples(name: str) -> tuple[bytes, ...]:
    """Right files of the format `name`: written by hand, and written by `dump` where it can write the format."""
    written = _WRITTEN.get(name, ())
    if FORMATS[name].write is None:
        return written
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample"
        dump(HISTORY, path, name)
        return (*written, path.read_bytes())


def formats() -> list[str]:
    """The formats that can be read here: Parquet needs pyarrow."""
    return [name for name in FORMATS if name != "parquet" or importlib.util.find_spec("pyarrow") is not None]
