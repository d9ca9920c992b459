import { useEffect, useMemo, useState } from "react";
import { Who } from "./account/Who.tsx";
import type { Profile } from "./api/client.ts";
import { ChatPanel } from "./chat/ChatPanel.tsx";
import { Welcome } from "./chat/Welcome.tsx";
import { Desk } from "./desk.ts";
import { Notices } from "./Notices.tsx";
import { Sidebar } from "./sidebar/Sidebar.tsx";
import { useMedia } from "./state/online.ts";
import { goTo } from "./state/route.ts";
import type { Session } from "./state/session.ts";
import { useStore } from "./state/store.ts";
import { TaskPanel } from "./tasks/TaskPanel.tsx";
import { IconButton } from "./ui/buttons.tsx";
import { Drawer } from "./ui/Drawer.tsx";
import { ToastList } from "./ui/ToastList.tsx";

type Open = "sidebar" | "tasks" | null;

/** The page of somebody who is signed in: conversations, the chat, the list. */
export function Workspace({
  session,
  user,
  takeFirstWords,
}: {
  session: Session;
  user: Profile;
  takeFirstWords: () => string;
}) {
  const desk = useMemo(() => new Desk(session.client, user.id), [session, user.id]);
  const { conversationId } = useStore(desk.chat);
  const { conversations } = useStore(desk.conversations);
  const { status } = useStore(session);
  const hasSidebar = useMedia("(min-width: 64rem)");
  const hasTasks = useMedia("(min-width: 48rem)");
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const title = conversations.find((one) => one.id === conversationId)?.title ?? "New chat";

  useEffect(() => {
    document.title = conversationId === null ? "Taskchat" : `${title} – Taskchat`;
    return () => {
      document.title = "Taskchat";
    };
  }, [conversationId, title]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first words are said once
  useEffect(() => desk.begin(takeFirstWords()), [desk]);
  useEffect(() => desk.sessionIs(status), [desk, status]);
  useEffect(() => {
    const isMine = (id: string) => id === session.get().user?.id;
    return desk.news.listen((item, isFromHere) => {
      if (item.about === "gone" && !isFromHere && isMine(item.userId)) session.gone();
    });
  }, [desk, session]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isElsewhere = document.querySelector("dialog[open]") !== null;
      if (event.key === "Escape" && !event.defaultPrevented && !isElsewhere) void desk.chat.stop();
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      setOpen(null);
      goTo(null);
      document.querySelector<HTMLElement>("main textarea")?.focus();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [desk]);

  const sidebar = (
    <Sidebar
      conversations={desk.conversations}
      toasts={desk.toasts}
      current={conversationId}
      onNew={() => {
        close();
        goTo(null);
      }}
      onOpen={close}
      onGone={() => goTo(null)}
      foot={<Who session={session} user={user} desk={desk} />}
    />
  );
  const tasks = <TaskPanel tasks={desk.tasks} toasts={desk.toasts} />;
  // What is behind a drawer cannot be reached, so the notes are in it.
  const notes = <ToastList toasts={desk.toasts} />;
  const drawer =
    (open === "sidebar" && !hasSidebar) || (open === "tasks" && !hasTasks) ? open : null;

  return (
    <div className="flex h-full flex-col">
      <Notices />
      <div className="flex min-h-0 flex-1">
        {hasSidebar && <div className="w-64 shrink-0 border-e border-line xl:w-72">{sidebar}</div>}
        <main className="flex min-w-0 flex-1 flex-col">
          {hasSidebar && <h1 className="sr-only">{title}</h1>}
          {!hasSidebar && (
            <header className="flex items-center gap-1 border-b border-line px-2 py-1">
              <IconButton icon="menu" label="Conversations" onClick={() => setOpen("sidebar")} />
              <h1 dir="auto" className="min-w-0 flex-1 truncate text-center font-semibold">
                {title}
              </h1>
              <IconButton icon="plus" label="New chat" onClick={() => goTo(null)} />
              {!hasTasks && (
                <IconButton icon="list" label="Tasks" onClick={() => setOpen("tasks")} />
              )}
            </header>
          )}
          <ChatPanel
            chat={desk.chat}
            empty={(say) => <Welcome isEmbedded={session.config.embedded} onSay={say} />}
          />
        </main>
        {hasTasks && <div className="w-72 shrink-0 border-s border-line xl:w-96">{tasks}</div>}
      </div>
      {drawer === "sidebar" && (
        <Drawer side="start" label="Conversations" onClose={close}>
          {sidebar}
          {notes}
        </Drawer>
      )}
      {drawer === "tasks" && (
        <Drawer side="end" label="Tasks" onClose={close}>
          <div className="flex h-full flex-col">
            <IconButton icon="close" label="Close" className="ms-auto" onClick={close} />
            <div className="min-h-0 flex-1">{tasks}</div>
          </div>
          {notes}
        </Drawer>
      )}
      {drawer === null && notes}
    </div>
  );
}
