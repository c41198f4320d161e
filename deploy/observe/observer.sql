-- Whoever draws charts only reads: of the notifier's database the columns that are counted, of the read model all, for its
-- tables come and go with its generations. Names and addresses are in neither.
CREATE USER IF NOT EXISTS 'observer'@'%';
ALTER USER 'observer'@'%' IDENTIFIED BY 'OBSERVER_PASSWORD' WITH MAX_USER_CONNECTIONS 8;
GRANT SELECT ON taskledger_read.* TO 'observer'@'%';
GRANT SELECT (channel, state, created_at) ON taskledger_notify.deliveries TO 'observer'@'%';
