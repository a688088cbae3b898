"""Whether what is promised to happen does happen, on the graph of all states within the bounds.

Read in this order: `judge` (what is asked, and what comes out), `graph` (states and steps), `constraints` (where
fairness asks for which step), `fair` (parts of the graph in which a fair behaviour can stay), `lasso` (a behaviour that
does so), `confirmation` (the same behaviour on the model, fair by the definition).
"""
