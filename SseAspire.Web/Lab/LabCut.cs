namespace SseAspire.Web.Lab;

/// <summary>A time, by the lab's clock, for which the network of the visitor's lanes is cut.</summary>
internal sealed record LabCut(double From, double Until);
