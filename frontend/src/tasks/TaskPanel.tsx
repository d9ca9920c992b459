import { useState } from "react";
import { useStore } from "../state/store.ts";
import type { Filter, Tasks } from "../state/tasks.ts";
import type { Toasts } from "../state/toasts.ts";
import { LinkButton, QuietButton } from "../ui/buttons.tsx";
import { moveByArrows } from "../ui/listKeys.ts";
import { TaskRow } from "./TaskRow.tsx";

const FILTERS: [Filter, string][] = [
  ["pending", "Open"],
  ["completed", "Done"],
  ["all", "All"],
];
const EMPTY: Record<Filter, string> = {
  pending: "Nothing to do. Say what comes to mind, or write it here.",
  completed: "What you have done is kept here.",
  all: "Your list is empty. Say “buy milk tomorrow”.",
};

/** The list, to be changed by hand as well. */
export function TaskPanel({ tasks, toasts }: { tasks: Tasks; toasts: Toasts }) {
  const { tasks: list, total, filter, isLoading, failure } = useStore(tasks);

  const remove = async (id: number, title: string) => {
    if (!(await toasts.attempt(tasks.remove(id)))) return;
    const undo = () => void toasts.attempt(tasks.restore(id));
    toasts.say(`Deleted “${title}”.`, { label: "Undo", run: undo });
  };

  return (
    <section aria-labelledby="tasks-title" data-list className="flex h-full flex-col">
      <div className="flex flex-wrap items-center justify-between gap-2 px-4 pt-3 pb-2">
        <h2 id="tasks-title" className="font-semibold">
          Tasks <span className="font-normal text-soft">{isLoading ? "" : total}</span>
        </h2>
        <fieldset className="flex rounded-lg bg-shade p-0.5">
          <legend className="sr-only">Which tasks</legend>
          {FILTERS.map(([value, label]) => (
            <label
              key={value}
              className="flex min-h-8 cursor-pointer items-center rounded-md px-3 text-sm text-soft has-checked:bg-wash has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent"
            >
              <input
                type="radio"
                name="filter"
                checked={filter === value}
                onChange={() => void tasks.show(value)}
                className="sr-only"
              />
              {label}
            </label>
          ))}
        </fieldset>
      </div>
      <AddField onAdd={(title) => toasts.attempt(tasks.add(title))} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys are the list's */}
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-4" onKeyDown={moveByArrows}>
        <ul className="flex flex-col">
          {list.map((task) => (
            <li key={task.id}>
              <TaskRow
                task={task}
                onComplete={(done) => void toasts.attempt(tasks.complete(task.id, done))}
                onChange={(changes) => toasts.attempt(tasks.change(task.id, changes))}
                onRemove={() => void remove(task.id, task.title)}
              />
            </li>
          ))}
        </ul>
        {list.length === 0 && !isLoading && failure === null && (
          <p className="px-2 py-2 text-soft">{EMPTY[filter]}</p>
        )}
        {failure !== null && (
          <p className="px-2 py-2 text-bad">
            {failure.message} <LinkButton onClick={() => void tasks.reload()}>Try again</LinkButton>
          </p>
        )}
        {list.length < total && list.length > 0 && (
          <QuietButton className="mt-2 w-full text-sm" onClick={() => void tasks.more()}>
            Show more of {total}
          </QuietButton>
        )}
      </div>
    </section>
  );
}

function AddField({ onAdd }: { onAdd: (title: string) => Promise<boolean> }) {
  const [title, setTitle] = useState("");
  return (
    <form
      className="px-4 pb-2"
      onSubmit={async (event) => {
        event.preventDefault();
        const added = title.trim();
        if (added !== "" && (await onAdd(added))) setTitle("");
      }}
    >
      <input
        dir="auto"
        value={title}
        maxLength={200}
        aria-label="Add a task"
        placeholder="Add a task"
        onChange={(event) => setTitle(event.target.value)}
        className="min-h-10 w-full rounded-lg border border-line bg-sheet px-3 placeholder:text-soft"
      />
    </form>
  );
}
