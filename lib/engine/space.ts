/** The devices of a space as a person sees them, and what needs somebody. */
import type { Database } from '../database/database.ts';
import type { SpaceView } from '../model/views.ts';

/** @param now Unix ms, UTC. */
export function spaceView(database: Database, now: number): SpaceView {
  const { log } = database;
  const own = log.own();
  const overdue = database.overdue(now);
  return {
    devices: [...log.roster()].map(([device, { device: key, name, role, end }]) => {
      const id = log.idOf(key) ?? 0;
      return {
        device,
        name,
        role,
        isOwn: id === own,
        end: end && end.why,
        held: log.head(id)?.seq ?? 0,
        acknowledged: database.acknowledgedBy(id, own),
        lastHeard: database.lastHeard(id),
      };
    }),
    own: log.head(own)?.seq ?? 0,
    refused: database.countRefused(),
    overdue: overdue && {
      seq: overdue.seq,
      committedAt: overdue.committedAt,
      isSent: overdue.isSent,
    },
  };
}
