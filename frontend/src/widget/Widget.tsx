import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Chat } from "../state/chat.ts";
import { useMedia } from "../state/online.ts";
import { useStore } from "../state/store.ts";
import { Icon } from "../ui/Icon.tsx";
import type { Look } from "./options.ts";
import { Panel } from "./Panel.tsx";
import { FULL, type Shell } from "./shell.ts";

const CORNERS = { left: "left-4", right: "right-4" };

/** A button in a corner of somebody's page, and the chat that it opens. */
export function Widget({ shell, look }: { shell: Shell; look: Look }) {
  const { isOpen } = useStore(shell);
  const { chat } = useStore(shell.visit);
  const isFull = useMedia(FULL);
  const launcher = useRef<HTMLButtonElement>(null);
  const [hasNews, setNews] = useState(false);
  const label = isOpen ? `Close ${look.title}` : `Open ${look.title}`;

  useLayoutEffect(() => {
    if (isOpen || !shell.hadFocus) return;
    shell.hadFocus = false;
    const from = shell.openedFrom;
    const isOnPage = from instanceof HTMLElement && from.matches("a, button, input, [tabindex]");
    (isOnPage ? from : launcher.current)?.focus();
  }, [isOpen, shell]);

  return (
    <section aria-label={look.title}>
      {isOpen && <Panel shell={shell} look={look} isFull={isFull} />}
      <button
        ref={launcher}
        type="button"
        aria-expanded={isOpen}
        aria-label={hasNews ? `${label}: a reply has come` : label}
        title={label}
        onClick={() => (isOpen ? shell.close() : shell.open())}
        className={`fixed bottom-4 z-2147483000 flex size-14 items-center justify-center rounded-full bg-accent text-on-accent shadow-lg hover:opacity-90 ${CORNERS[look.position]} ${isOpen && isFull ? "invisible" : ""}`}
      >
        <Icon name={isOpen ? "close" : "chat"} className="size-6" />
        {hasNews && (
          <span className="absolute end-0 top-0 size-4 rounded-full border-2 border-paper bg-bad" />
        )}
      </button>
      <div role="status" className="sr-only">
        {hasNews && `${look.title}: a reply has come.`}
      </div>
      {chat !== null && (
        <NewsWatch key={chat.userId} chat={chat} isOpen={isOpen} onNews={setNews} />
      )}
    </section>
  );
}

/** Tells of a reply that has come while the panel was closed, until it is opened. */
function NewsWatch({
  chat,
  isOpen,
  onNews,
}: {
  chat: Chat;
  isOpen: boolean;
  onNews: (hasNews: boolean) => void;
}) {
  const { messages } = useStore(chat);
  const last = messages.findLast((message) => message.role === "assistant")?.id;
  const seen = useRef(last);
  useEffect(() => {
    if (isOpen) seen.current = last;
    onNews(last !== undefined && last !== seen.current);
  }, [isOpen, last, onNews]);
  return null;
}
