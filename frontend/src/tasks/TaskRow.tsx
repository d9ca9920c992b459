import { useState } from "react";
import type { Task } from "../api/client.ts";
import { isOverdue, whenWords } from "../state/due.ts";
import type { TaskChanges } from "../state/tasks.ts";
import { IconButton } from "../ui/buttons.tsx";
import { useFocusBack } from "../ui/focus.ts";
import { leaveItem } from "../ui/listKeys.ts";
import { TaskEditor } from "./TaskEditor.tsx";

interface Shown {
  task: Task;
  onComplete: (completed: boolean) => void;
  onChange: (changes: TaskChanges) => Promise<boolean>;
  onRemove: () => void;
}

/** One task: a box to check, its words to open and change. */
export function TaskRow({ task, onComplete, onChange, onRemove }: Shown) {
  const [isOpen, setOpen] = useState(false);
  const [place, giveFocusBack] = useFocusBack<HTMLButtonElement>();
  const close = () => {
    giveFocusBack();
    setOpen(false);
  };
  const remove = (event: { currentTarget: Element }) => {
    leaveItem(event);
    onRemove();
  };
  if (isOpen) {
    return (
      <TaskEditor
        task={task}
        onCancel={close}
        onRemove={remove}
        onSave={async (changes) => {
          if (await onChange(changes)) close();
        }}
      />
    );
  }
  return (
    <div className="group flex items-start rounded-lg hover:bg-shade">
      <label className="flex size-10 shrink-0 items-center justify-center">
        <input
          type="checkbox"
          checked={task.completed}
          aria-label={`Done: ${task.title}`}
          onChange={(event) => onComplete(event.target.checked)}
          className="size-5 accent-accent"
        />
      </label>
      <button
        type="button"
        data-item
        ref={place}
        onClick={() => setOpen(true)}
        onKeyDown={(event) => {
          if (event.key === "Delete") remove(event);
        }}
        className="min-h-10 min-w-0 flex-1 rounded-md py-2 pe-2 text-start"
      >
        <span className="sr-only">Change </span>
        <span dir="auto" className={task.completed ? "text-soft line-through" : ""}>
          {task.title}
        </span>
        <Facts task={task} />
      </button>
      <span className="hidden group-focus-within:block group-hover:block pointer-coarse:block">
        <IconButton icon="trash" label={`Delete ${task.title}`} onClick={remove} />
      </span>
    </div>
  );
}

function Facts({ task }: { task: Task }) {
  const { due_at, priority, description } = task;
  if (due_at === null && priority === null && !description) return null;
  return (
    <span className="flex flex-wrap gap-x-3 text-sm text-soft">
      {due_at !== null && (
        <span className={isOverdue(task) ? "font-medium text-bad" : ""}>
          {isOverdue(task) && <span className="sr-only">Overdue: </span>}
          {whenWords(new Date(due_at), task.all_day)}
        </span>
      )}
      {priority !== null && <span>{priority} priority</span>}
      {description && (
        <span dir="auto" className="w-full truncate">
          {description}
        </span>
      )}
    </span>
  );
}
