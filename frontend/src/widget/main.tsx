import { createRoot } from "react-dom/client";
import { Failure } from "../api/failure.ts";
import { HeldTokens, tokenFrom } from "../api/tokens.ts";
import { forgetEverything, keptOpen } from "../state/kept.ts";
import { lookOf, optionsIn, type WidgetOptions } from "./options.ts";
import { Shell } from "./shell.ts";
import { addStyle } from "./style.ts";
import { Visit } from "./visit.ts";
import { Widget } from "./Widget.tsx";

/** What a host page can do: `window.Taskchat`. */
interface TaskchatApi {
  /** Puts the widget on the page; in place of the one before, where there is one. */
  init(options: WidgetOptions): void;
  open(): void;
  close(): void;
  /** Takes the widget off the page. The next `init` goes on where it was. */
  remove(): void;
  /** Takes it off, and forgets what this browser kept: drafts, and which conversation it was. */
  signOut(): void;
}

declare global {
  interface Window {
    Taskchat?: TaskchatApi;
  }
}

/** Null where the file was not loaded as a classic script of its own. */
const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>('script[src*="/widget.js"]');
const server = script === null ? location.origin : new URL(script.src).origin;

let shell: Shell | null = null;
let takeOff: () => void = () => undefined;

const api: TaskchatApi = {
  init(options) {
    const tokens = new HeldTokens(sourceOf(options));
    api.remove();
    const visit = new Visit(server, tokens);
    const made = new Shell(visit);
    shell = made;
    const place = document.createElement("taskchat-widget");
    const inside = place.attachShadow({ mode: "open" });
    const look = lookOf(options);
    const page = document.createElement("div");
    Object.assign(page, { className: "taskchat", lang: "en", dir: "ltr" });
    page.dataset.theme = look.theme;
    inside.append(page);
    addStyle(inside);
    keepKeysIn(place);
    const root = createRoot(page);
    root.render(<Widget shell={made} look={look} />);
    const put = () => document.body.append(place);
    if (document.body === null) document.addEventListener("DOMContentLoaded", put, { once: true });
    else put();
    takeOff = () => {
      document.removeEventListener("DOMContentLoaded", put);
      root.unmount();
      place.remove();
      visit.close();
    };
    if (keptOpen() ?? options.open) made.open({ isAsked: false });
  },
  open: () => shell?.open(),
  close: () => shell?.close(),
  remove() {
    takeOff();
    takeOff = () => undefined;
    shell = null;
  },
  signOut() {
    api.remove();
    forgetEverything();
  },
};

/** @throws Error where the options name no way to a token. */
function sourceOf({ token, tokenUrl }: WidgetOptions): () => Promise<string | null> {
  if (token !== undefined) {
    return async () => {
      try {
        return await token();
      } catch (error) {
        console.error("Taskchat: the page's token() failed.", error);
        throw new Failure("This site could not say who you are.");
      }
    };
  }
  if (!tokenUrl) throw new Error("Taskchat.init needs `token`, a function, or `tokenUrl`.");
  const url = new URL(tokenUrl, document.baseURI).href;
  return () => tokenFrom(url);
}

/** What is typed here is no shortcut of the host page. */
function keepKeysIn(place: HTMLElement): void {
  for (const name of ["keydown", "keypress", "keyup"]) {
    place.addEventListener(name, (event) => event.stopPropagation());
  }
}

// The script may stand on a page twice.
if (window.Taskchat === undefined) {
  window.Taskchat = api;
  if (script?.dataset.tokenUrl) api.init(optionsIn(script.dataset));
}
