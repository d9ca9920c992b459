import { type ReactNode, useState } from "react";
import type { Task } from "../api/client.ts";
import { dueFields, dueFrom } from "../state/due.ts";
import type { TaskChanges } from "../state/tasks.ts";
import { IconButton, PrimaryButton, QuietButton } from "../ui/buttons.tsx";

interface Shown {
  task: Task;
  onSave: (changes: TaskChanges) => Promise<void>;
  onCancel: () => void;
  onRemove: (event: { currentTarget: Element }) => void;
}

const FIELD = "min-h-10 w-full min-w-0 rounded-lg border border-edge bg-sheet px-2";

/** All that can be said of a task. Only what was changed is sent: the rest may be newer elsewhere. */
export function TaskEditor({ task, onSave, onCancel, onRemove }: Shown) {
  const due = dueFields(task);
  const [title, setTitle] = useState(task.title);
  const [day, setDay] = useState(due.day);
  const [time, setTime] = useState(due.time);
  const [priority, setPriority] = useState(task.priority ?? "");
  const [more, setMore] = useState(task.description ?? "");

  const save = () => {
    const changes: TaskChanges = {};
    if (title.trim() !== task.title) changes.title = title.trim();
    if (day !== due.day || time !== due.time) changes.due_at = dueFrom(day, time);
    if (priority !== (task.priority ?? ""))
      changes.priority = (priority || null) as Task["priority"];
    if (more !== (task.description ?? "")) changes.description = more || null;
    if (Object.keys(changes).length === 0) onCancel();
    else void onSave(changes);
  };

  return (
    <form
      aria-label={`Change ${task.title}`}
      className="rise my-1 flex flex-col gap-2 rounded-xl border border-line bg-sheet p-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (title.trim() !== "") save();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onCancel();
      }}
    >
      <Field label="Task">
        <input
          // biome-ignore lint/a11y/noAutofocus: it was asked for, and stands where the task was
          autoFocus
          dir="auto"
          required
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
          className={FIELD}
        />
      </Field>
      <div className="flex flex-wrap gap-2 *:flex-1">
        <Field label="Due">
          <input
            type="date"
            value={day}
            onChange={(event) => setDay(event.target.value)}
            className={FIELD}
          />
        </Field>
        <Field label="At">
          <input
            type="time"
            value={time}
            disabled={day === ""}
            onChange={(event) => setTime(event.target.value)}
            className={FIELD}
          />
        </Field>
      </div>
      <Field label="Priority">
        <select
          value={priority}
          onChange={(event) => setPriority(event.target.value as typeof priority)}
          className={FIELD}
        >
          <option value="">none</option>
          <option value="high">high</option>
          <option value="medium">medium</option>
          <option value="low">low</option>
        </select>
      </Field>
      <Field label="Notes">
        <textarea
          dir="auto"
          rows={2}
          maxLength={1000}
          value={more}
          onChange={(event) => setMore(event.target.value)}
          className={`${FIELD} py-2`}
        />
      </Field>
      <div className="flex items-center gap-2">
        <PrimaryButton type="submit">Save</PrimaryButton>
        <QuietButton onClick={onCancel}>Cancel</QuietButton>
        <IconButton
          icon="trash"
          label={`Delete ${task.title}`}
          className="ms-auto"
          onClick={onRemove}
        />
      </div>
    </form>
  );
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: its control is among the children
    <label className="flex min-w-0 flex-col text-sm text-soft">
      {label}
      <span className="text-base text-ink">{children}</span>
    </label>
  );
}
