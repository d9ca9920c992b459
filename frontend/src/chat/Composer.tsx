import { type KeyboardEvent, type RefObject, useLayoutEffect } from "react";
import { MOST_CHARS } from "../state/chat.ts";
import { Icon } from "../ui/Icon.tsx";

const TOLD_FROM = MOST_CHARS - 500;

interface Shown {
  text: string;
  onText: (text: string) => void;
  onSend: () => void;
  onStop: () => void;
  isBusy: boolean;
  /** Whether a message waits that was not sent: one after the other. */
  isBlocked: boolean;
  box: RefObject<HTMLTextAreaElement | null>;
}

const ROUND = "inline-flex size-10 shrink-0 items-center justify-center rounded-xl";

/** Where one writes. Enter sends, Shift and Enter begins a line, Escape stops. */
export function Composer({ text, onText, onSend, onStop, isBusy, isBlocked, box }: Shown) {
  const chars = lengthOf(text);
  const isLong = chars > MOST_CHARS;
  const canSend = text.trim() !== "" && !isLong && !isBusy && !isBlocked;

  // biome-ignore lint/correctness/useExhaustiveDependencies: it grows with its text
  useLayoutEffect(() => {
    const shown = box.current;
    if (shown === null) return;
    shown.style.height = "auto";
    shown.style.height = `${shown.scrollHeight}px`;
  }, [text]);

  const onKeyDown = (event: KeyboardEvent) => {
    // While a word is being composed (Chinese, Japanese, …) Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (canSend) onSend();
  };

  return (
    // The gutters are those of the messages above, so that both stand in one line.
    <form
      className="shrink-0 overflow-hidden [scrollbar-gutter:stable_both-edges]"
      onSubmit={(event) => {
        event.preventDefault();
        if (canSend) onSend();
      }}
    >
      <div className="mx-auto w-full max-w-3xl px-4 pb-4">
        <div className="flex items-end gap-2 rounded-2xl border border-edge bg-sheet p-1 focus-within:border-accent">
          <textarea
            ref={box}
            rows={1}
            dir="auto"
            value={text}
            aria-label="Message"
            aria-describedby="composer-count"
            aria-invalid={isLong}
            placeholder="What do you need to do?"
            onChange={(event) => onText(event.target.value)}
            onKeyDown={onKeyDown}
            className="max-h-[40dvh] min-h-10 min-w-0 flex-1 resize-none bg-transparent px-3 py-2 outline-none placeholder:text-soft"
          />
          {isBusy ? (
            <button
              type="button"
              onClick={onStop}
              aria-label="Stop"
              title="Stop (Escape)"
              className={`${ROUND} border border-edge hover:bg-shade`}
            >
              <Icon name="stop" />
            </button>
          ) : (
            <button
              type="submit"
              aria-label="Send"
              title="Send (Enter)"
              aria-disabled={!canSend}
              className={`${ROUND} ${canSend ? "bg-accent text-on-accent" : "bg-shade text-soft"}`}
            >
              <Icon name="send" />
            </button>
          )}
        </div>
        <p id="composer-count" role="status" className="px-3 text-sm empty:hidden">
          {chars > TOLD_FROM && (
            <span className={isLong ? "text-bad" : "text-soft"}>
              {chars.toLocaleString("en")} of {MOST_CHARS.toLocaleString("en")} characters
              {isLong && `: ${(chars - MOST_CHARS).toLocaleString("en")} too many to send`}
            </span>
          )}
        </p>
      </div>
    </form>
  );
}

/** In code points, as the server counts. */
function lengthOf(text: string): number {
  if (text.length <= TOLD_FROM) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}
