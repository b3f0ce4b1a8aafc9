-- Gives a login of its own to each rotation: a role that may sign in, and acts as the owner of the database. The one of
-- the rotation before keeps working until retire.sql ends it. Runs any number of times, as an administrator that need
-- not be a superuser. Variables: owner, login; the login's password comes by the environment.
\set ON_ERROR_STOP on
\getenv password LOGIN_PASSWORD

SELECT format('CREATE ROLE %I NOLOGIN', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec

-- An administrator without superuser rights must be a member to hand its database over.
SELECT format('GRANT %I TO CURRENT_USER', :'owner')
FROM pg_roles WHERE rolname = current_user AND NOT rolsuper AND rolname <> :'owner' \gexec

SELECT format('ALTER DATABASE %I OWNER TO %I', datname, :'owner')
FROM pg_database WHERE datname = current_database() AND pg_get_userbyid(datdba) <> :'owner' \gexec

SELECT format('CREATE ROLE %I IN ROLE %I', :'login', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'login') \gexec

SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', :'login', :'password') \gexec

-- Tables that one login makes belong to the owner, so that the next one can change them.
SELECT format('ALTER ROLE %I SET role = %L', :'login', :'owner') \gexec
