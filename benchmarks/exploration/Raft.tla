-------------------------------- MODULE Raft --------------------------------
(* Raft without history, step by step what `models/lawful/models/raft/raft.py` does within its bounds, for TLC.

   Source: Ongaro and Ousterhout, extended version of 2014, Figure 2. The comments name the functions there. What is
   not asked of TLC is RAFT-2, which speaks of steps: that makes it faster, if anything.                             *)

EXTENDS Naturals, Sequences, FiniteSets, TLC

CONSTANTS Servers, Nobody, MaxTerm, MaxLog, MaxMessages, Values

VARIABLES server,   \* by server, its state
          network   \* by message in flight, how many times it is

vars == <<server, network>>

Follower == "follower"
Candidate == "candidate"
Leader == "leader"

-----------------------------------------------------------------------------
(* Of servers *)

FirstState == [term |-> 1, votedFor |-> Nobody, log |-> <<>>, role |-> Follower, commit |-> 0,
               answered |-> {}, granted |-> {},
               next |-> [other \in Servers |-> 1], match |-> [other \in Servers |-> 0]]

Init == /\ server = [one \in Servers |-> FirstState]
        /\ network = <<>>

TermAt(log, index) == IF index \in 1..Len(log) THEN log[index] ELSE 0
LastTerm(log) == TermAt(log, Len(log))

IsQuorum(who) == 2 * Cardinality(who) > Cardinality(Servers)
Smaller(a, b) == IF a < b THEN a ELSE b
Larger(a, b) == IF a > b THEN a ELSE b

(* Of the network: a bag of messages *)

With(bag, message) == IF message \in DOMAIN bag
                      THEN [bag EXCEPT ![message] = @ + 1]
                      ELSE bag @@ (message :> 1)
Without(bag, message) == IF bag[message] > 1
                         THEN [bag EXCEPT ![message] = @ - 1]
                         ELSE [other \in DOMAIN bag \ {message} |-> bag[other]]

(* An entry is its term: with one value of clients, nothing else tells entries apart. *)
ASSUME Values = 1

Becomes(one, state) == server' = [server EXCEPT ![one] = state]
Sends(message) == network' = With(network, message)
Answers(message, answer) == network' = With(Without(network, message), answer)
Takes(message) == network' = Without(network, message)

-----------------------------------------------------------------------------
(* What a server does by itself *)

\* rules.restarted
Restart(one) ==
    /\ Becomes(one, [FirstState EXCEPT !.term = server[one].term, !.votedFor = server[one].votedFor,
                                       !.log = server[one].log])
    /\ UNCHANGED network

\* election.time_out
TimeOut(one) ==
    /\ server[one].role # Leader
    /\ Becomes(one, [server[one] EXCEPT !.term = @ + 1, !.role = Candidate, !.votedFor = Nobody,
                                        !.answered = {}, !.granted = {}])
    /\ UNCHANGED network

\* election.ask_for_votes
AskForVote(one, other) ==
    /\ server[one].role = Candidate
    /\ other \notin server[one].answered
    /\ Sends([kind |-> "vote request", term |-> server[one].term, from |-> one, to |-> other,
              lastTerm |-> LastTerm(server[one].log), lastIndex |-> Len(server[one].log)])
    /\ UNCHANGED server

\* election.become_leader
BecomeLeader(one) ==
    /\ server[one].role = Candidate
    /\ IsQuorum(server[one].granted)
    /\ Becomes(one, [server[one] EXCEPT !.role = Leader,
                                        !.next = [other \in Servers |-> Len(server[one].log) + 1],
                                        !.match = [other \in Servers |-> 0]])
    /\ UNCHANGED network

\* replication.propose
Propose(one) ==
    /\ server[one].role = Leader
    /\ Becomes(one, [server[one] EXCEPT !.log = Append(@, server[one].term)])
    /\ UNCHANGED network

\* replication.commit
Commit(one) ==
    LET me == server[one]
        Holders(index) == {one} \union {other \in Servers : me.match[other] >= index}
        agreed == {index \in 1..Len(me.log) : IsQuorum(Holders(index))}
        last == CHOOSE index \in agreed : \A other \in agreed : other <= index
    IN /\ me.role = Leader
       /\ Becomes(one, [me EXCEPT !.commit = IF agreed # {} /\ me.log[last] = me.term THEN last ELSE @])
       /\ UNCHANGED network

\* replication.send_entries
SendEntries(one, other) ==
    LET me == server[one]
        previous == me.next[other] - 1
    IN /\ me.role = Leader
       /\ other # one
       /\ Sends([kind |-> "append request", term |-> me.term, from |-> one, to |-> other,
                 index |-> previous, indexTerm |-> TermAt(me.log, previous),
                 entries |-> SubSeq(me.log, previous + 1, Smaller(previous + 1, Len(me.log))),
                 commit |-> Smaller(me.commit, Smaller(Len(me.log), previous + 1))])
       /\ UNCHANGED server

-----------------------------------------------------------------------------
(* What a server does with a message; `message.term` is not above its own but in `AdoptTerm` *)

AdoptTerm(one, message) ==
    /\ message.term > server[one].term
    /\ Becomes(one, [server[one] EXCEPT !.term = message.term, !.role = Follower, !.votedFor = Nobody])
    /\ UNCHANGED network

\* election.answer_vote_request
AnswerVoteRequest(one, message) ==
    LET me == server[one]
        isUpToDate == \/ message.lastTerm > LastTerm(me.log)
                      \/ message.lastTerm = LastTerm(me.log) /\ message.lastIndex >= Len(me.log)
        grants == message.term = me.term /\ isUpToDate /\ me.votedFor \in {Nobody, message.from}
    IN /\ Becomes(one, IF grants THEN [me EXCEPT !.votedFor = message.from] ELSE me)
       /\ Answers(message, [kind |-> "vote answer", term |-> me.term, from |-> one, to |-> message.from,
                            granted |-> grants])

\* election.count_vote
CountVote(one, message) ==
    LET me == server[one]
    IN /\ Becomes(one, IF message.term # me.term THEN me
                       ELSE [me EXCEPT !.answered = @ \union {message.from},
                                       !.granted = IF message.granted THEN @ \union {message.from} ELSE @])
       /\ Takes(message)

\* replication.handle_append
HandleAppend(one, message) ==
    LET me == server[one]
        index == message.index + 1
        fits == message.index <= Len(me.log) /\ TermAt(me.log, message.index) = message.indexTerm
        Answer(success, match) == [kind |-> "append answer", term |-> me.term, from |-> one, to |-> message.from,
                                   success |-> success, match |-> match]
    IN IF message.term < me.term \/ (me.role = Follower /\ ~fits)
       THEN Answers(message, Answer(FALSE, 0)) /\ UNCHANGED server
       ELSE IF me.role # Follower
       THEN Becomes(one, [me EXCEPT !.role = Follower]) /\ UNCHANGED network
       ELSE IF message.entries = <<>> \/ TermAt(me.log, index) = message.entries[1]
       THEN /\ Becomes(one, [me EXCEPT !.commit = message.commit])
            /\ Answers(message, Answer(TRUE, message.index + Len(message.entries)))
       ELSE IF Len(me.log) >= index
       THEN Becomes(one, [me EXCEPT !.log = SubSeq(@, 1, Len(@) - 1)]) /\ UNCHANGED network
       ELSE Becomes(one, [me EXCEPT !.log = Append(@, message.entries[1])]) /\ UNCHANGED network

\* replication.note_match
NoteMatch(one, message) ==
    LET me == server[one]
    IN /\ Becomes(one, IF message.term # me.term THEN me
                       ELSE IF message.success
                       THEN [me EXCEPT !.next[message.from] = message.match + 1,
                                       !.match[message.from] = message.match]
                       ELSE [me EXCEPT !.next[message.from] = Larger(@ - 1, 1)])
       /\ Takes(message)

Receive(message) ==
    LET one == message.to
    IN \/ AdoptTerm(one, message)
       \/ /\ message.term <= server[one].term
          /\ \/ message.kind = "vote request" /\ AnswerVoteRequest(one, message)
             \/ message.kind = "vote answer" /\ CountVote(one, message)
             \/ message.kind = "append request" /\ HandleAppend(one, message)
             \/ message.kind = "append answer" /\ NoteMatch(one, message)

Lose(message) == Takes(message) /\ UNCHANGED server
Repeat(message) == Sends(message) /\ UNCHANGED server

-----------------------------------------------------------------------------
Next == \/ \E one \in Servers : Restart(one)
        \/ \E one \in Servers : TimeOut(one)
        \/ \E one, other \in Servers : AskForVote(one, other)
        \/ \E one \in Servers : BecomeLeader(one)
        \/ \E one \in Servers : Propose(one)
        \/ \E one \in Servers : Commit(one)
        \/ \E one, other \in Servers : SendEntries(one, other)
        \/ \E message \in DOMAIN network : Receive(message)
        \/ \E message \in DOMAIN network : Lose(message)
        \/ \E message \in DOMAIN network : Repeat(message)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* The bounds: what lies beyond is generated and not looked at *)

RECURSIVE Count(_, _)
Count(bag, messages) == IF messages = {} THEN 0
                        ELSE LET one == CHOOSE message \in messages : TRUE
                             IN bag[one] + Count(bag, messages \ {one})

Within == /\ \A one \in Servers : server[one].term <= MaxTerm /\ Len(server[one].log) <= MaxLog
          /\ Count(network, DOMAIN network) <= MaxMessages

Renamings == Permutations(Servers)

(* models/lawful/models/raft/properties.py *)

ElectionSafety ==
    \A a, b \in Servers : (a # b /\ server[a].role = Leader /\ server[b].role = Leader)
                          => server[a].term # server[b].term

LogMatching ==
    \A a, b \in Servers : \A index \in 1..Smaller(Len(server[a].log), Len(server[b].log)) :
        server[a].log[index] = server[b].log[index]
        => SubSeq(server[a].log, 1, index) = SubSeq(server[b].log, 1, index)

LeaderCompleteness ==
    \A a, b \in Servers : (server[b].role = Leader /\ server[b].term > server[a].term)
        => \A index \in 1..server[a].commit : TermAt(server[b].log, index) = TermAt(server[a].log, index)

StateMachineSafety ==
    \A a, b \in Servers : \A index \in 1..Smaller(server[a].commit, server[b].commit) :
        TermAt(server[a].log, index) = TermAt(server[b].log, index)
=============================================================================
