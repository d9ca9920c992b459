import { useState } from "react";
import type { Conversation } from "../api/client.ts";
import { addressOf } from "../state/route.ts";
import { IconButton } from "../ui/buttons.tsx";
import { useFocusBack } from "../ui/focus.ts";
import { leaveItem } from "../ui/listKeys.ts";

interface Shown {
  conversation: Conversation;
  isCurrent: boolean;
  isUnread: boolean;
  onOpen: () => void;
  onRename: (title: string) => void;
  onRemove: () => void;
}

/** One conversation of the list: opens it, renames it, deletes it. */
export function ConversationRow(shown: Shown) {
  const { conversation, isCurrent, isUnread } = shown;
  const [isEditing, setEditing] = useState(false);
  const [place, giveFocusBack] = useFocusBack<HTMLAnchorElement>();
  const remove = (event: { currentTarget: Element }) => {
    leaveItem(event);
    shown.onRemove();
  };
  if (isEditing) {
    return (
      <TitleField
        title={conversation.title}
        onEnd={(title) => {
          giveFocusBack();
          setEditing(false);
          if (title !== null) shown.onRename(title);
        }}
      />
    );
  }
  return (
    <div
      className={`group flex items-center rounded-lg ${isCurrent ? "bg-wash" : "hover:bg-shade"}`}
    >
      <a
        data-item
        ref={place}
        href={addressOf(conversation.id)}
        aria-current={isCurrent ? "page" : undefined}
        onClick={shown.onOpen}
        onKeyDown={(event) => {
          if (event.key === "Delete") remove(event);
          if (event.key === "F2") setEditing(true);
        }}
        className="flex min-h-10 min-w-0 flex-1 items-center gap-2 rounded-lg px-3"
      >
        <span dir="auto" className={`min-w-0 flex-1 truncate ${isUnread ? "font-semibold" : ""}`}>
          {conversation.title}
        </span>
        {isUnread && <span className="size-2 shrink-0 rounded-full bg-accent" />}
        {isUnread && <span className="sr-only">(unread)</span>}
      </a>
      <span className="hidden shrink-0 group-focus-within:flex group-hover:flex pointer-coarse:flex">
        <IconButton
          icon="edit"
          label={`Rename ${conversation.title}`}
          className="w-8!"
          onClick={() => setEditing(true)}
        />
        <IconButton
          icon="trash"
          label={`Delete ${conversation.title}`}
          className="w-8!"
          onClick={remove}
        />
      </span>
    </div>
  );
}

/** Enter keeps the new title, Escape the old one. */
function TitleField({ title, onEnd }: { title: string; onEnd: (title: string | null) => void }) {
  const [text, setText] = useState(title);
  const changed = text.trim() === "" || text.trim() === title ? null : text.trim();
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: it was asked for, and stands where the title was
      autoFocus
      dir="auto"
      value={text}
      maxLength={255}
      aria-label="Title"
      onChange={(event) => setText(event.target.value)}
      onBlur={() => onEnd(changed)}
      onKeyDown={(event) => {
        if (event.key === "Enter") onEnd(changed);
        if (event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          onEnd(null);
        }
      }}
      className="min-h-10 w-full rounded-lg border border-edge bg-sheet px-3"
    />
  );
}
