"""Clusters of real servers as objects with a life: on loopback, in temporary folders, gone with the run."""

from lawful.conformance.clusters.cluster import Cluster
from lawful.conformance.clusters.member import Member

__all__ = ["Cluster", "Member"]
