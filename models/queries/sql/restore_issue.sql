-- An issue as it stood at a revision; what never changes is left alone.
UPDATE issues i
SET community_id = was.community_id, unit_id = was.unit_id, category_id = was.category_id, severity = was.severity,
    lane = was.lane, stage = was.stage, handler_id = was.handler_id, evidence = was.evidence, rating = was.rating,
    closed_at = was.closed_at, reopenings = was.reopenings, called_up = was.called_up,
    merged_into_id = was.merged_into_id, held_until = was.held_until, published = was.published, exempt = was.exempt,
    changed_at = :now
FROM (
    SELECT r.content FROM revisions r
    WHERE r.kind = 'issues' AND r.row_id = :issue AND r.id <= :revision ORDER BY r.id DESC LIMIT 1
) AS r
CROSS JOIN LATERAL jsonb_populate_record(NULL::issues, r.content) AS was
WHERE i.id = :issue
