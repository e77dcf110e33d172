/** The name of a node, to be selected on the canvas; one of another flow is only named. */

interface Props {
  flow: string;
  of: { flow?: unknown; node: string };
  select: (node: string) => void;
  className?: string;
}

export function Place({ flow, of, select, className = "btn btn-link btn-sm" }: Props) {
  if (!of.node) return null;
  if (typeof of.flow === "string" && of.flow && of.flow !== flow) {
    return <span className="ph-elsewhere">{`${of.flow}/${of.node}`}</span>;
  }
  return (
    <button type="button" className={className} onClick={() => select(of.node)}>
      {of.node}
    </button>
  );
}
