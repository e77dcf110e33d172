// What every page needs: htmx, dialogs, the search palette, confirmation, ages that tick.
import "./style.scss";
import "./htmx";
import { startAges } from "./ages";
import { startConfirm } from "./confirm";
import { startDialogs } from "./dialogs";
import { startDocuments } from "./documents";
import { startForms } from "./forms";
import { startLive } from "./live";
import { startPrompter } from "./prompter";
import { startTables } from "./tables";
import { startTheme } from "./theme";

startTheme();
startDialogs();
startConfirm();
startForms();
startTables();
startDocuments();
startLive();
startPrompter();
startAges();

const desk = document.querySelector<HTMLElement>("[data-desk]");
if (desk) void import("./desk").then(({ startDesk }) => startDesk(desk)); // the agents' alone
