"""Linearizability: is there one order of effects that explains what every client saw?"""
