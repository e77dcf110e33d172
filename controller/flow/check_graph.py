"""Where a flow's wires lead: exits unwired, nodes nobody reaches, loops that never end, flows that enter themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from controller.flow.document import Flow, read
from controller.flow.node import HUNG_UP, Node
from controller.flow.nodes.leave import LeaveFlow
from controller.flow.nodes.subflow import Subflow
from controller.flow.problem import N_, ExitName, Problem
from controller.flow.world import World

Graph = Mapping[str, set[str]]

UNWIRED = N_("The exit “{exit}” leads nowhere.")


def check_exits(flow: Flow) -> Iterator[Problem]:
    """Find exits that must be wired and are not, and wires that leave by no exit or lead to no node."""
    known = _nodes(flow)
    for where, node in flow.nodes.items():
        for name in node.required:
            if name not in node.wires:
                yield Problem(where, f"exits.{name}", "unwired_exit", UNWIRED, {"exit": _exit(node, name)})
        for name, target in node.wires.items():
            if not node.open_exits and name not in (*node.exits, HUNG_UP):
                message = N_("The exit “{exit}” does not exist with the fields as they are.")
                yield Problem(where, f"exits.{name}", "unknown_exit", message, {"exit": _exit(node, name)})
            elif target not in known:
                message = N_("The exit “{exit}” leads to “{target}”, which is no node.")
                fields = {"exit": _exit(node, name), "target": target}
                yield Problem(where, f"exits.{name}", "unknown_node", message, fields)


def _exit(node: Node, name: str) -> ExitName:
    return ExitName(name, node.exit_title(name))


def check_reach(flow: Flow) -> Iterator[Problem]:
    """Find nodes no call comes to. Nodes that could not be read still lead where they are wired to."""
    graph = {name: set(_wires(doc).values()) for name, doc in _nodes(flow).items()}
    if flow.start not in graph:
        return
    reached = {flow.start} | reach(graph, flow.start)
    for name in graph:
        if name not in reached:
            yield Problem(name, "", "unreachable", N_("No call comes to this node."), {}, "warning")


def check_loops(flow: Flow) -> Iterator[Problem]:
    """Find loops that go on when nobody does anything: at once an error, in the caller's time a warning."""
    graph = {name: set(_unattended(node)) & set(flow.nodes) for name, node in flow.nodes.items()}
    instant = {name for name, node in flow.nodes.items() if not node.takes_time}
    spinning = loops({name: ahead & instant for name, ahead in graph.items() if name in instant})
    for loop in spinning:
        message = N_("The call would go round for ever without waiting for anybody: {nodes}.")
        yield Problem(loop[0], "", "endless_loop", message, {"nodes": " → ".join((*loop, loop[0]))})
    for loop in loops(graph):
        if not set(loop) <= instant:
            message = N_("A caller who does nothing goes round until the call's longest duration: {nodes}.")
            yield Problem(loop[0], "", "idle_loop", message, {"nodes": ", ".join(loop)}, "warning")


def check_subflows(flow: Flow, world: World) -> Iterator[Problem]:
    """Find subflows whose exits do not fit, versions that do not exist, and flows that enter themselves."""
    for where, node in flow.nodes.items():
        if not isinstance(node, Subflow) or node.flow not in world.flows:
            continue
        doc = world.flow_doc(node.flow, node.version)
        if doc is None:
            message = N_("The flow “{name}” has no version {version}.")
            fields = {"name": node.flow, "version": str(node.version)}
            yield Problem(where, "version", "unknown_version", message, fields)
            continue
        yield from _fit(where, node, leaves(doc))
        chain = find_itself(node, world, (flow.name,), set())
        if chain:
            message = N_("The flow would enter itself: {flows}.")
            yield Problem(where, "flow", "recursion", message, {"flows": " → ".join(chain)})


def _fit(where: str, node: Subflow, left_by: set[str]) -> Iterator[Problem]:
    for name in sorted(left_by - set(node.wires)):
        yield Problem(where, f"exits.{name}", "unwired_exit", UNWIRED, {"exit": name})
    for name in node.wires:
        if name not in left_by and name != HUNG_UP:
            message = N_("The flow “{name}” never leaves by “{exit}”.")
            yield Problem(where, f"exits.{name}", "unknown_exit", message, {"exit": name, "name": node.flow})


def leaves(doc: object) -> set[str]:
    """Name the exits a flow leaves by."""
    flow, _ = read(doc)
    return {node.exit for node in flow.nodes.values() if isinstance(node, LeaveFlow)} if flow else set()


def find_itself(node: Subflow, world: World, chain: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
    """Follow subflows until one is met inside itself; returns the chain of names, () when there is none."""
    if node.flow in chain:
        return (*chain, node.flow)
    if node.flow in done:
        return ()
    done.add(node.flow)
    inner, _ = read(world.flow_doc(node.flow, node.version))
    for next_node in inner.nodes.values() if inner else ():
        if isinstance(next_node, Subflow):
            found = find_itself(next_node, world, (*chain, node.flow), done)
            if found:
                return found
    return ()


def loops(graph: Graph) -> list[list[str]]:
    """List the groups of nodes that lead round to one another, each in the graph's order."""
    place = {name: number for number, name in enumerate(graph)}
    groups = (sorted(group, key=place.__getitem__) for group in _together(graph))
    found = [group for group in groups if len(group) > 1 or group[0] in graph[group[0]]]
    return sorted(found, key=lambda group: place[group[0]])


def _together(graph: Graph) -> Iterator[list[str]]:
    """Part a graph into nodes that can be come to from one another (Tarjan): each wire is looked at once."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_: dict[str, None] = {}  # met, and in no group yet, in the order in which they were met
    for start in graph:
        ahead = [(start, iter(graph[start]))] if start not in number else []
        if ahead:
            number[start] = lowest[start] = len(number)
            open_[start] = None
        while ahead:
            here, wires = ahead[-1]
            for name in wires:
                if name in graph and name not in number:
                    number[name] = lowest[name] = len(number)
                    open_[name] = None
                    ahead.append((name, iter(graph[name])))
                    break
                if name in open_:
                    lowest[here] = min(lowest[here], number[name])
            else:
                ahead.pop()
                if ahead:
                    lowest[ahead[-1][0]] = min(lowest[ahead[-1][0]], lowest[here])
                if lowest[here] == number[here]:
                    group: list[str] = []
                    while not group or group[-1] != here:
                        group.append(open_.popitem()[0])
                    yield group


def reach(graph: Graph, start: str) -> set[str]:
    """Name the nodes that can be come to from a node."""
    reached: set[str] = set()
    ahead: Iterable[str] = graph.get(start, ())
    while ahead:
        new = set(ahead) - reached
        reached |= new
        ahead = {name for found in new for name in graph.get(found, ())}
        ahead -= reached
    return reached


def _unattended(node: Node) -> Iterator[str]:
    """List where a node leads when nobody does anything."""
    for way in node.ways_out:
        if not way.progress:
            yield from (node.wires[name] for name in way.names(node) if name in node.wires)


def _nodes(flow: Flow) -> Mapping[str, Any]:
    nodes = flow.doc.get("nodes")
    return {name: doc for name, doc in nodes.items() if isinstance(name, str)} if isinstance(nodes, Mapping) else {}


def _wires(node: object) -> Mapping[str, str]:
    exits = node.get("exits") if isinstance(node, Mapping) else None
    return {k: v for k, v in exits.items() if isinstance(v, str)} if isinstance(exits, Mapping) else {}
