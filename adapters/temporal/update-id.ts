import { createHash } from 'node:crypto';

import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';

/**
 * The id to send a message under. The same message sent twice, as after a lost answer, is one Update, whose stored outcome Temporal returns;
 * another reason or newer evidence is another one. Once a message has failed, its repetition is a new Update: the stored failure would be
 * the answer for ever. A message that is still worked on is waited for, to know which it is.
 */
export async function freeUpdateId(client: Client, workflowId: string, message: object): Promise<string> {
  const id = createHash('sha256').update(JSON.stringify(message)).digest('hex');
  const workflow = client.workflow.getHandle(workflowId);
  for (let failures = 0; ; failures += 1) {
    const updateId = failures === 0 ? id : `${id}:${failures}`;
    if (!(await hasFailed(workflow.getUpdateHandle(updateId).result()))) return updateId;
  }
}

async function hasFailed(outcome: Promise<unknown>): Promise<boolean> {
  try {
    await outcome;
    return false;
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return true;
    // No such Update, or no such workflow: whoever sends the message is told the latter.
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
