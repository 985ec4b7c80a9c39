/** The draft of a review: what a person has changed in proposals and not yet accepted. */
import * as v from 'valibot';
import { When } from '../model/entities.ts';
import { Id } from '../model/id.ts';
import type { Proposal } from '../model/views.ts';
import { recall, remember } from './storage.ts';

const Edit = v.object({
  title: v.exactOptional(v.pipe(v.string(), v.maxLength(500))),
  due: v.exactOptional(v.nullable(When)),
  /** Whether the person has set or confirmed the date. */
  isConfirmed: v.exactOptional(v.boolean()),
  isChosen: v.exactOptional(v.boolean()),
});
export type Edit = v.InferOutput<typeof Edit>;

/** By the key of a proposal. */
const Edits = v.record(Id, Edit);
export type Edits = Readonly<Record<Id, Edit>>;

/** A proposal as the person would have it. */
export interface Draft {
  readonly proposal: Proposal;
  readonly title: string;
  readonly due: string | null;
  readonly dueCertain: boolean;
  readonly isChosen: boolean;
}

export function draftOf(proposal: Proposal, edit: Edit | undefined): Draft {
  return {
    proposal,
    title: edit?.title ?? proposal.title,
    due: edit?.due === undefined ? proposal.due : edit.due,
    dueCertain: proposal.dueCertain || edit?.isConfirmed === true,
    isChosen: edit?.isChosen ?? true,
  };
}

export function recallEdits(clip: Id): Edits {
  return recall(`draft:review:${clip}`, Edits) ?? {};
}

export function rememberEdits(clip: Id, edits: Edits): void {
  remember(`draft:review:${clip}`, Object.keys(edits).length > 0 ? edits : null);
}
