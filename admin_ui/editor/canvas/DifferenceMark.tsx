import { Minus, Pencil, Plus } from "lucide-react";

import { useEditor } from "../store";
import { t } from "../texts";

/** What two compared versions say of a node, in a word and a sign on its box. */
export function DifferenceMark({ node, difference }: { node: string; difference: string }) {
  const before = useEditor((state) => state.compared?.diff.renamed?.[node]);
  const said: Record<string, [typeof Plus, string]> = {
    added: [Plus, t("Added")],
    changed: [Pencil, before ? t("Was “{name}”", { name: before }) : t("Changed")],
    removed: [Minus, t("Removed")],
  };
  const [Sign, word] = said[difference] ?? [];
  if (!Sign) return null;
  return <span className={`ed-difference is-${difference}`}><Sign size={13} aria-hidden="true" />{word}</span>;
}
