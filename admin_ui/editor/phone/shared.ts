/** What the parts of the phone share: the call, the loudspeaker, and what is known around the flow. */

import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

import { flowPath, post } from "../api";
import type { FlowDoc, Seen, Step } from "../types";
import { SimulatedCall, type CallState } from "./simulated";
import { addressOf, Loudspeaker, type Playing } from "./sound";
import { TrialCall, type Followed } from "./trial";
import { NOTHING_KNOWN, surroundings, type Surroundings } from "./used";

const SETTLED = 600; // milliseconds after the last edit

/** One simulated call for as long as the panel is open; it follows the edits of the flow. */
export function useSimulatedCall(flow: string, doc: FlowDoc): [SimulatedCall, CallState] {
  const call = useMemo(
    () =>
      new SimulatedCall(
        (drawn, given, script, signal) => post<Seen>(flowPath(flow, "simulate"), { doc: drawn, given, script }, signal),
        doc,
      ),
    [flow],
  );
  const [first, setFirst] = useState(doc);
  useEffect(() => {
    if (doc === first) return;
    const timer = setTimeout(() => {
      setFirst(doc);
      void call.redraw(doc);
    }, SETTLED);
    return () => clearTimeout(timer);
  }, [call, doc, first]);
  return [call, useSyncExternalStore(call.subscribe, call.snapshot)];
}

/** One trial call at a time, followed for as long as the panel is open. */
export function useTrialCall(): [TrialCall, Followed] {
  const [trial] = useState(() => new TrialCall());
  useEffect(() => () => trial.leave(), [trial]);
  return [trial, useSyncExternalStore(trial.subscribe, trial.snapshot)];
}

export function useLoudspeaker(): [Loudspeaker, Playing] {
  const [speaker] = useState(() => new Loudspeaker(new Audio()));
  useEffect(() => () => speaker.stop(), [speaker]);
  return [speaker, useSyncExternalStore(speaker.subscribe, speaker.snapshot)];
}

/** Play what is new in the call. */
export function usePlayback(call: SimulatedCall, state: CallState, speaker: Loudspeaker): void {
  useEffect(() => {
    const fresh = state.seen?.events.slice(state.heard) ?? [];
    const sounds = fresh.flatMap((event) => event.sounds ?? []);
    if (sounds.length) speaker.say(sounds.map(addressOf));
    else if (!state.seen) speaker.stop();
    call.listened();
  }, [call, state.seen, speaker]);
}

/** Light the way on the canvas while the panel shows it. */
export function useLitPath(steps: Step[] | undefined, onPath: (steps: Step[]) => void): void {
  const light = useRef(onPath);
  light.current = onPath;
  useEffect(() => {
    light.current(steps ?? []);
  }, [steps]);
  useEffect(() => () => light.current([]), []);
}

export function useSurroundings(flow: string): Surroundings {
  const [known, setKnown] = useState(NOTHING_KNOWN);
  useEffect(() => {
    let here = true;
    void surroundings(flow).then((found) => here && setKnown(found));
    return () => {
      here = false;
    };
  }, [flow]);
  return known;
}
