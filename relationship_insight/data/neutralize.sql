-- a copy of a database must not write to customers
UPDATE relationship_campaign SET state = 'paused' WHERE state = 'running';
UPDATE relationship_delivery SET state = 'cancelled', failure_type = 'neutralized', claim = NULL
 WHERE state IN ('queued', 'sending');
UPDATE relationship_invitation SET state = 'cancelled', failure_type = 'neutralized'
 WHERE state IN ('planned', 'sending') AND channel IN ('email', 'sms');
UPDATE relationship_study SET state = 'closed' WHERE state = 'running';
DELETE FROM relationship_sending_pause;
