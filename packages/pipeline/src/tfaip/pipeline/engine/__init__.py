"""What moves samples through processors, in this process and in workers. No public interface."""
