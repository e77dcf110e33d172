/** Starts the flow constructor in the page's `#editor`. */

import "@xyflow/react/dist/base.css";
import "./css/editor.css";

import { createRoot } from "react-dom/client";

import { ApiError } from "./api";
import { Editor } from "./Editor";
import { sit } from "./session";
import { t } from "./texts";

async function begin(place: HTMLElement): Promise<void> {
  const { flow = "", readonly = "", replay = "" } = place.dataset;
  const root = createRoot(place);
  root.render(<p className="ed-none">{t("Loading…")}</p>);
  try {
    await sit(flow, Boolean(readonly));
    root.render(<Editor replay={replay || null} />);
  } catch (error) {
    const reason = error instanceof ApiError && error.status ? error.message : t("The server cannot be reached.");
    root.render(
      <div className="ed-failed" role="alert">
        <p>{t("The flow “{flow}” cannot be opened: {reason}", { flow, reason })}</p>
        <button type="button" className="btn btn-primary" onClick={() => location.reload()}>{t("Try again")}</button>
      </div>,
    );
    if (!(error instanceof ApiError)) throw error;
  }
}

const place = document.getElementById("editor");
if (place) void begin(place);
