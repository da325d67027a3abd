-- The duties of an issue that a mistake opened. What was opened by rule since then is owed all the same.
UPDATE duties d
SET state = 'cancelled', ended_at = :now, next_step_at = NULL, held_at = NULL, promised_at = NULL, changed_at = :now
WHERE d.issue_id = :issue AND d.state IN ('open', 'held') AND (
    SELECT r.id > :revision AND r.recorded_at = :recorded_at FROM revisions r
    WHERE r.kind = 'duties' AND r.row_id = d.id ORDER BY r.id LIMIT 1
)
