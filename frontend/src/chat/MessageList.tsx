import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Chat } from "../state/chat.ts";
import { useStore } from "../state/store.ts";
import { QuietButton } from "../ui/buttons.tsx";
import { Icon } from "../ui/Icon.tsx";
import { LiveReply } from "./LiveReply.tsx";
import { MessageRow } from "./MessageRow.tsx";
import { OutgoingRow } from "./OutgoingRow.tsx";

const NEAR_PX = 80;

interface Shown {
  chat: Chat;
  /** What stands here while nothing has been said. */
  empty: ReactNode;
  onTakenBack: (text: string) => void;
}

/** The messages, the latest in sight. Older ones are read when somebody scrolls up to them. */
export function MessageList({ chat, empty, onTakenBack }: Shown) {
  const state = useStore(chat);
  const { messages, live, outgoing, older, isLoading, loadFailure, conversationId } = state;
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [isAway, setAway] = useState(false);
  const heightBefore = useRef(0);

  const toEnd = useCallback(() => {
    const shown = box.current;
    if (shown !== null) shown.scrollTop = shown.scrollHeight;
  }, []);

  const sent = outgoing?.key;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another conversation, or one's own words
  useEffect(() => {
    isAtEnd.current = true;
    toEnd();
  }, [conversationId, sent]);

  // What was read is put above: what is in sight stays where it is.
  const first = messages[0]?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when something came above
  useLayoutEffect(() => {
    const shown = box.current;
    if (shown === null) return;
    if (!isAtEnd.current) shown.scrollTop += shown.scrollHeight - heightBefore.current;
  }, [first]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is more to see
  useLayoutEffect(() => {
    if (isAtEnd.current) toEnd();
    heightBefore.current = box.current?.scrollHeight ?? 0;
  }, [messages, live, outgoing, state.sendFailure]);

  // A window that changes its size, or a receipt that is opened, moves the end.
  useEffect(() => {
    const shown = box.current;
    if (shown?.firstElementChild == null) return;
    const watching = new ResizeObserver(() => {
      if (isAtEnd.current) toEnd();
    });
    watching.observe(shown);
    watching.observe(shown.firstElementChild);
    return () => watching.disconnect();
  }, [toEnd]);

  const onScroll = () => {
    const shown = box.current;
    if (shown === null) return;
    isAtEnd.current = shown.scrollHeight - shown.scrollTop - shown.clientHeight < NEAR_PX;
    setAway(!isAtEnd.current);
    heightBefore.current = shown.scrollHeight;
    if (shown.scrollTop < NEAR_PX * 4) void chat.loadOlder();
  };

  const isEmpty = messages.length === 0 && live === null && outgoing === null;
  return (
    <div className="relative min-h-0 flex-1">
      <section
        ref={box}
        onScroll={onScroll}
        aria-label="Conversation"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        tabIndex={0}
        className="h-full overflow-y-auto [overflow-anchor:none] [scrollbar-gutter:stable_both-edges] focus-visible:outline-offset-[-2px]"
      >
        <div className="mx-auto flex min-h-full max-w-3xl flex-col px-4 py-6">
          {loadFailure !== null && (
            <div role="alert" className="m-auto flex flex-col items-center gap-3 text-center">
              <p>{loadFailure.message}</p>
              <QuietButton onClick={() => void chat.open(conversationId)}>Try again</QuietButton>
            </div>
          )}
          {isEmpty && isLoading && <p className="m-auto text-soft">Loading…</p>}
          {isEmpty && !isLoading && loadFailure === null && empty}
          {!isEmpty && (
            <>
              {older !== null && (
                <QuietButton
                  className="mx-auto mb-4 text-sm"
                  disabled={isLoading}
                  onClick={() => void chat.loadOlder()}
                >
                  {isLoading ? "Loading…" : "Earlier messages"}
                </QuietButton>
              )}
              <ol className="mt-auto flex flex-col gap-6">
                {messages.map((message) => (
                  <MessageRow key={message.id} message={message} />
                ))}
                {live !== null && <LiveReply chat={chat} live={live} />}
                <OutgoingRow chat={chat} onTakenBack={onTakenBack} />
              </ol>
            </>
          )}
        </div>
      </section>
      {isAway && (
        <button
          type="button"
          onClick={toEnd}
          aria-label="To the latest message"
          className="absolute inset-x-0 bottom-2 mx-auto flex size-10 items-center justify-center rounded-full border border-line bg-sheet shadow-md"
        >
          <Icon name="down" />
        </button>
      )}
      <div role="status" className="sr-only">
        {state.announcement}
      </div>
    </div>
  );
}
