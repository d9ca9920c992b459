import css from "./widget.css?inline";

/** The widget's look, in the one way that a strict policy of the host page admits. */
export function addStyle(root: ShadowRoot): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(forShadow(css, usualSize(root)));
  root.adoptedStyleSheets = [sheet];
}

/**
 * A stylesheet for a shadow root inside a page that is not ours.
 *
 * @param text no class in it may have a size in `rem` in its name.
 * @param sizePx what one `rem` is to be: the page's own root may have any size.
 */
export function forShadow(text: string, sizePx: number): string {
  const inPx = text.replace(
    /(?<=[\s:,(*+/-])(\d*\.?\d+)rem\b/g,
    (_, size: string) => `${Number(size) * sizePx}px`,
  );
  // `@property` does nothing in a shadow root. Tailwind has another way for browsers without it.
  return inPx.replace(/@supports[^{]*-moz-orient[^{]*\{/, "@supports (color:red){");
}

/** The size of text that this person has chosen for their browser, in pixels. */
function usualSize(root: ShadowRoot): number {
  const probe = document.createElement("i");
  probe.style.all = "initial";
  root.append(probe);
  const size = Number.parseFloat(getComputedStyle(probe).fontSize);
  probe.remove();
  return size || 16;
}
