"""What every HTTP service of ours needs: the app, routes, requests, problems, idempotency."""
