-- The duties of an issue that came into being only after a revision: owed by mistake.
UPDATE duties d
SET state = 'cancelled', ended_at = :now, next_step_at = NULL, held_at = NULL, promised_at = NULL, changed_at = :now
WHERE d.issue_id = :issue AND d.state IN ('open', 'held')
  AND NOT EXISTS (SELECT FROM revisions r WHERE r.kind = 'duties' AND r.row_id = d.id AND r.id <= :revision)
