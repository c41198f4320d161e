// Before the services: what they ask each other directly is not asked from outside, nor is what belongs to none of them.
var OWNED = ['auth', 'users', 'admin', 'projects', 'tasks', 'invitations', 'catch-up', 'search', 'notifications', 'stream', 'outbox', 'config'];
var PRIVATE = ['/api/auth/service-token', '/api/auth/introspect', '/api/auth/ended-sessions'];
var NOT_FOUND =
  '{"type":"about:blank","title":"Not Found","status":404,"detail":"There is nothing here.","code":"not_found"}';

// As a service would read it: a path may be written in several ways.
function read(uri) {
  try {
    return decodeURIComponent(uri);
  } catch (malformed) {
    return '';
  }
}

function handler(event) {
  var path = read(event.request.uri);
  if (PRIVATE.indexOf(path) < 0 && OWNED.indexOf(path.split('/')[2]) >= 0) {
    return event.request;
  }
  return {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: { 'content-type': { value: 'application/problem+json' }, 'cache-control': { value: 'no-store' } },
    body: { encoding: 'text', data: NOT_FOUND },
  };
}
