/** What a host page says of its widget. One of `token` and `tokenUrl` is needed. */
export interface WidgetOptions {
  /** Gives the token of whoever is signed in on the host page; null where nobody is. */
  token?: () => string | null | Promise<string | null>;
  /** Where the host page's site gives it as `{"token": …}`. */
  tokenUrl?: string;
  /** What stands above the chat. */
  title?: string;
  /** The corner below. */
  position?: "left" | "right";
  theme?: "auto" | "light" | "dark";
  /** Whether it is open from the start, where it does not fill the screen. */
  open?: boolean;
}

/** How the widget looks; nothing is left open. */
export interface Look {
  title: string;
  position: "left" | "right";
  theme: "auto" | "light" | "dark";
}

export function lookOf({ title, position, theme }: WidgetOptions): Look {
  return {
    title: title || "Taskchat",
    position: position === "left" ? "left" : "right",
    theme: theme === "light" || theme === "dark" ? theme : "auto",
  };
}

/** The options in a script tag's `data-` attributes. */
export function optionsIn(attributes: DOMStringMap): WidgetOptions {
  const { tokenUrl, title, position, theme, open } = attributes;
  return {
    ...(tokenUrl && { tokenUrl }),
    ...(title && { title }),
    position: position as Look["position"],
    theme: theme as Look["theme"],
    open: open !== undefined && open !== "false",
  };
}
