import { type ReactNode, useEffect, useState } from "react";
import { type Conversations, isUnread } from "../state/conversations.ts";
import { useStore } from "../state/store.ts";
import type { Toasts } from "../state/toasts.ts";
import { LinkButton, QuietButton } from "../ui/buttons.tsx";
import { Icon } from "../ui/Icon.tsx";
import { moveByArrows } from "../ui/listKeys.ts";
import { ConversationRow } from "./ConversationRow.tsx";

const SEARCH_PAUSE_MS = 200;

interface Shown {
  conversations: Conversations;
  toasts: Toasts;
  current: string | null;
  onNew: () => void;
  onOpen: () => void;
  /** Called when the conversation on show was deleted. */
  onGone: () => void;
  /** Who is signed in. */
  foot: ReactNode;
}

/** The conversations: new, search, the list, and who one is. */
export function Sidebar(shown: Shown) {
  const { conversations, toasts, current } = shown;
  const { conversations: list, seen, next, query, isLoading, failure } = useStore(conversations);

  const remove = async (id: string, title: string) => {
    if (!(await toasts.attempt(conversations.remove(id)))) return;
    if (id === current) shown.onGone();
    const undo = () => void toasts.attempt(conversations.restore(id));
    toasts.say(`Deleted “${title}”.`, { label: "Undo", run: undo });
  };

  return (
    <nav aria-label="Conversations" data-list className="flex h-full flex-col">
      <div className="flex flex-col gap-2 p-3">
        <QuietButton
          className="flex items-center gap-2 bg-sheet px-3! text-start"
          title="Ctrl+K"
          onClick={shown.onNew}
        >
          <Icon name="plus" className="size-5 text-accent" /> New chat
        </QuietButton>
        <Search onSearch={(text) => void conversations.search(text)} />
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys are the list's */}
      <div className="min-h-0 flex-1 overflow-y-auto px-3 pb-3" onKeyDown={moveByArrows}>
        <ul className="flex flex-col gap-0.5">
          {list.map((one) => (
            <li key={one.id}>
              <ConversationRow
                conversation={one}
                isCurrent={one.id === current}
                isUnread={one.id !== current && isUnread(one, seen)}
                onOpen={shown.onOpen}
                onRename={(title) => void toasts.attempt(conversations.rename(one.id, title))}
                onRemove={() => void remove(one.id, one.title)}
              />
            </li>
          ))}
        </ul>
        {list.length === 0 && !isLoading && failure === null && (
          <p className="px-3 py-2 text-sm text-soft">
            {query === "" ? "What you talk about is listed here." : "Nothing with these words."}
          </p>
        )}
        {list.length === 0 && isLoading && <p className="px-3 py-2 text-sm text-soft">Loading…</p>}
        {failure !== null && (
          <p className="px-3 py-2 text-sm text-bad">
            {failure.message}{" "}
            <LinkButton onClick={() => void conversations.reload()}>Try again</LinkButton>
          </p>
        )}
        {next !== null && (
          <QuietButton
            className="mt-2 w-full text-sm"
            disabled={isLoading}
            onClick={() => void conversations.more()}
          >
            Show more
          </QuietButton>
        )}
      </div>
      {shown.foot}
    </nav>
  );
}

function Search({ onSearch }: { onSearch: (text: string) => void }) {
  const [text, setText] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: onSearch is a new function each time
  useEffect(() => {
    if (text === null) return;
    const timer = setTimeout(() => onSearch(text.trim()), SEARCH_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      type="search"
      dir="auto"
      value={text ?? ""}
      maxLength={200}
      aria-label="Search conversations"
      placeholder="Search"
      onChange={(event) => setText(event.target.value)}
      className="min-h-10 w-full rounded-lg border border-line bg-sheet px-3 placeholder:text-soft"
    />
  );
}
