namespace SseAspire.Benchmarks;

/// <summary>Why a measurement cannot be had, in words for whoever started it.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
