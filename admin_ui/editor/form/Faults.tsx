import type { Problem } from "../types";

/** What is wrong with a field, under it. */
export function Faults({ id, problems }: { id: string; problems: Problem[] }) {
  if (!problems.length) return null;
  return (
    <div id={`${id}-wrong`}>
      {problems.map((one) => (
        <p key={`${one.code} ${one.field}`} className={`ed-fault is-${one.severity}`}>{one.text}</p>
      ))}
    </div>
  );
}
