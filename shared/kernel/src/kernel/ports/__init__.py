"""The ports between the services and the world. Adapters stand in `kernel.adapters`, a folder per technology."""
