"""The engine: a call walks a flow. `Walk` asks one command at a time and hears its result.

Two drivers send into it: a session performs each command on a channel, the simulator replays a history.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any

from controller.flow import codec
from controller.flow.call import Call, SecretLost
from controller.flow.checkpoint import Checkpoint
from controller.flow.commands import Collect, Command, HangUp, HungUp, Request, Result
from controller.flow.document import Flow
from controller.flow.frame import Frame, Library, Step, find, no_library, place
from controller.flow.hearing import ANSWERS, NEED_THE_CALLER, took_time
from controller.flow.node import HUNG_UP, Enter, Leave, Node
from controller.flow.problem import N_, ExitName, FlowError

LIMIT = 500  # nodes walked without waiting for anybody
DEEPEST = 10  # flows inside flows


class Walk:
    """One call's walk. `waiting` is the command asked last, `path` the nodes so far, `index` counts the commands.

    `begin`, `hear` and `hang_up` raise FlowError when the flow cannot go on; the path then ends at the guilty node.
    """

    def __init__(self, flow: Flow, call: Call, library: Library = no_library) -> None:
        self.call = call
        self.library = library
        self.path: list[Step] = []
        self.waiting: Command | None = None
        self.index = -1
        self.ended = False
        self.frames = [Frame(flow)]
        self.heard: list[Result | HungUp] = []  # inside the present node
        self.entered = dict(call.variables)  # the variables when the present node was entered
        self.idle = 0  # nodes walked since something waited
        self.idle_entered = 0
        self.secret_heard = False
        self.gone = False  # the caller has left
        self.steps = self._walk(flow.start)

    @property
    def here(self) -> Step:
        """The node the call is in."""
        return self.path[-1]

    def begin(self) -> Command:
        """Walk to the first command."""
        return self._advance(None)

    def hear(self, result: Result) -> Command:
        """Give the waiting command its result and walk to the next one. After a HangUp only HungUp is raised."""
        if self.ended or self.waiting is None:
            raise HungUp
        expected = ANSWERS[type(self.waiting)]
        if not isinstance(result, expected):
            message = N_("The node {node} asked for {expected} and heard {heard}.")
            raise self._error(message, expected=expected.__name__, heard=type(result).__name__)
        if took_time(self.waiting, result):
            self.idle = 0
        self.secret_heard |= isinstance(self.waiting, Collect) and self.waiting.secret
        return self._advance(result)

    def hang_up(self, cause: str = "") -> Command | None:
        """Tell the walk that the call has ended. None: the walk is over; else a command that needs no caller.

        It goes on only by the exit `hung_up` of the present node, and ends at the first command that needs a caller.
        """
        if self.ended:
            return None
        self.gone = True
        try:
            command = self._advance(HungUp(cause))
        except HungUp:
            return None
        return None if self.ended else command

    def close(self) -> None:
        """Stop walking: nothing more is asked."""
        self.steps.close()
        self.ended = True

    def checkpoint(self) -> dict[str, Any]:
        """Write the state at the waiting command as JSON data of at most 4 kB; secrets stay out of it."""
        stack = [place(frame) for frame in self.frames]
        variables = {name: value for name, value in self.entered.items() if name not in self.call.secrets}
        return Checkpoint(
            stack=stack,
            variables=variables,
            secrets=self.call.secrets,
            heard=None if self.secret_heard else [codec.dump(event) for event in self.heard],
            command=self.index,
            idle=self.idle_entered,
            gone=self.gone,
        ).dump()

    @classmethod
    def resume(cls, checkpoint: object, library: Library, sent: bool = False) -> Walk:
        """Walk on from a checkpoint: `waiting` is the command whose result is unknown, with its old `index`.

        A node of another revision, or one that heard a secret, starts again: then `index` is one higher. The path
        starts with the nodes the call is in. Raises FlowError.

        `sent`: the command is a request that was sent. One that may not be sent again is waited for under its old
        index whatever became of its node, and without the secrets that it held, since it only waits for its result.
        """
        saved = Checkpoint.load(checkpoint)
        frames = [Frame(find(library, then.flow, then.version), then.node) for then in saved.stack]
        walk = cls(frames[0].flow, Call(dict(saved.variables), dict(saved.secrets)), library)
        walk.frames, walk.idle, walk.gone = frames, saved.idle, saved.gone
        for frame, then in zip(frames, saved.stack, strict=True):
            if place(frame).kind != then.kind:
                raise walk._error(N_("The flow {flow} has no node {target}."), target=then.node)
        for frame in frames[:-1]:
            frame.step = len(walk.path)
            walk.path.append(Step(frame.flow.name, frame.flow.version, frame.node, place(frame).kind))
        walk.steps = walk._walk(frames[-1].node)
        again = saved.heard is None or place(frames[-1]) != saved.stack[-1]
        events = [] if again else saved.events()
        walk.index = saved.command if again and not sent else saved.command - len(events) - 1
        lost = [name for name in saved.secrets if sent and name not in saved.variables]
        walk.call.variables |= dict.fromkeys(lost, "")
        walk.begin()
        for event in events:
            if isinstance(event, HungUp):
                walk.hang_up(event.cause)
            else:
                walk.hear(event)
        for name in lost:
            walk.call.variables.pop(name, None)
        if sent and not (isinstance(walk.waiting, Request) and not walk.waiting.safe_to_repeat):
            return cls.resume(checkpoint, library)
        return walk

    def came_by(self, path: Sequence[Step]) -> None:
        """Take over the path that was walked before `resume`, whose last open steps are the nodes the call is in."""
        within = len(self.frames)
        still_open = [index for index, step in enumerate(path) if not step.exit][-within:]
        if len(still_open) < within:  # the beginning of a long path may be missing
            before = [step for step in path if step.exit]
            for frame in self.frames:
                frame.step += len(before)
            self.path[:0] = before
            return
        again = self.path[within:]  # a node that was left at once: a secret is asked for again
        for frame, index in zip(self.frames, still_open, strict=True):
            frame.step = index
        self.path = [*path, *again]
        if again:
            self.frames[-1].step = len(self.path) - 1

    def _advance(self, event: Result | HungUp | None) -> Command:
        """Send an event in and wait at the next command."""
        try:
            if event is None:
                command = next(self.steps)
            else:
                self.heard.append(event)
                command = self.steps.throw(event) if isinstance(event, HungUp) else self.steps.send(event)
        except HungUp:
            self.ended = True
            raise
        except FlowError as broken:
            self.ended = True
            broken.flow = broken.flow or self.frames[-1].flow.name
            broken.node = broken.node or self.call.node
            raise
        if self.gone and isinstance(command, NEED_THE_CALLER):
            self.close()
            command = HangUp()
        self.index += 1
        self.waiting = command
        return command

    def _walk(self, start: str) -> Generator[Command, Result, None]:
        """Walk from node to node."""
        at: str | None = start
        while at is not None:
            node = self._enter(at)
            try:
                left = yield from node.run(self.call)
            except HungUp:
                self.gone = True
                if HUNG_UP not in node.wires:
                    raise
                left = HUNG_UP
            except SecretLost as lost:
                at = self._asker(lost.name)
                continue
            at = self._leave(node, left)
        yield HangUp()
        raise HungUp

    def _enter(self, name: str) -> Node:
        """Come to a node; everything the node will hear starts anew."""
        frame = self.frames[-1]
        node = frame.flow.nodes.get(name)
        if node is None:
            raise self._error(N_("The flow {flow} has no node {target}."), target=name)
        if self.idle >= LIMIT:
            raise self._error(
                N_("The flow {flow} walked {limit} nodes without waiting for anybody; it goes round by: {nodes}."),
                limit=str(LIMIT),
                nodes=", ".join(dict.fromkeys(step.node for step in self.path[-LIMIT // 2 :])),
            )
        frame.node, frame.step = name, len(self.path)
        self.path.append(Step(frame.flow.name, frame.flow.version, name, node.kind))
        self.call.node = name
        self.heard, self.entered, self.secret_heard = [], dict(self.call.variables), False
        self.idle_entered = self.idle
        self.idle += 1
        return node

    def _leave(self, node: Node, left: str | Enter | Leave) -> str | None:
        """Follow an exit: to the next node's name, into another flow, or out of one; None ends the call."""
        if isinstance(left, Enter):
            return self._descend(left)
        if isinstance(left, Leave):
            self._note(left.exit)
            if len(self.frames) == 1:
                return None
            self.frames.pop()
            frame = self.frames[-1]
            return self._leave(frame.flow.nodes[frame.node], left.exit)
        self._note(left)
        target = node.wires.get(left)
        if target is None:
            message = N_("The exit “{exit}” of the node {node} in the flow {flow} leads nowhere.")
            raise self._error(message, exit=ExitName(left, node.exit_title(left)))
        return target

    def _descend(self, enter: Enter) -> str:
        """Begin another flow; the present one waits for its exit."""
        if len(self.frames) >= DEEPEST:
            raise self._error(N_("{limit} flows are inside one another; does one enter itself?"), limit=str(DEEPEST))
        flow = find(self.library, enter.flow, enter.version)
        self.frames.append(Frame(flow))
        return flow.start

    def _note(self, left: str) -> None:
        """Write the exit into the path."""
        step = self.frames[-1].step
        self.path[step] = replace(self.path[step], exit=left)

    def _asker(self, secret: str) -> str:
        """Name the node that asks for a secret again after it was lost with its controller."""
        node = self.call.secrets[secret]
        if node not in self.frames[-1].flow.nodes:
            raise self._error(N_("The secret {variable} was lost and cannot be asked for again here."), variable=secret)
        return node

    def _error(self, message: str, **fields: str) -> FlowError:
        frame = self.frames[-1]
        return FlowError(message, flow=frame.flow.name, node=frame.node, problems=(), **fields)


__all__ = ["Call", "Flow", "Library", "Step", "Walk", "no_library"]
