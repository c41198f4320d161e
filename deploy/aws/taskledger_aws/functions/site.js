// Before the site's files: an address that is no file is one that the site resolves itself.
function handler(event) {
  var request = event.request;
  var name = request.uri.slice(request.uri.lastIndexOf('/') + 1);
  if (request.uri.indexOf('/assets/') !== 0 && name.indexOf('.') < 0) {
    request.uri = '/index.html';
  }
  return request;
}
