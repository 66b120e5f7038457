using System.Text.RegularExpressions;
using SseAspire.Testing;
using YamlDotNet.RepresentationModel;

namespace SseAspire.AppHost.Tests;

/// <summary>
/// What <c>azd</c> is told of one container app: the template <c>SseAspire.AppHost/infra/NAME.tmpl.yaml</c>, with
/// something in place of what <c>azd</c> fills in.
/// </summary>
internal sealed partial class ContainerApp
{
    private readonly YamlMappingNode _root;

    private ContainerApp(YamlMappingNode root) => _root = root;

    /// <summary>The names of all that there are.</summary>
    public static IEnumerable<string> Names =>
        Directory.GetFiles(Folder, "*.tmpl.yaml").Select(file => Path.GetFileName(file).Split('.')[0]).Order(StringComparer.Ordinal);

    private static string Folder => Path.Combine(RepositoryRoot.Path, "SseAspire.AppHost", "infra");

    public static string TextOf(string name) => File.ReadAllText(Path.Combine(Folder, $"{name}.tmpl.yaml"));

    public static ContainerApp Read(string name)
    {
        var text = Expression().Replace(TextOf(name), match => match.Groups["port"].Success ? match.Groups["port"].Value : "filled-in");
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return new ContainerApp((YamlMappingNode)yaml.Documents[0].RootNode);
    }

    /// <summary>The value at a path of keys and, in lists, of numbers.</summary>
    public string this[string path] => ((YamlScalarNode)Node(path)).Value!;

    /// <summary>The environment of its container: the value, or <c>secret:</c> and the name of the secret.</summary>
    public Dictionary<string, string> Environment =>
        ((YamlSequenceNode)Node("properties/template/containers/0/env")).Cast<YamlMappingNode>().ToDictionary(
            variable => $"{variable["name"]}",
            variable => variable.Children.TryGetValue("secretRef", out var secret) ? $"secret:{secret}" : $"{variable["value"]}");

    /// <summary>Its probes by type: the path.</summary>
    public Dictionary<string, string> Probes =>
        ((YamlSequenceNode)Node("properties/template/containers/0/probes")).Cast<YamlMappingNode>()
            .ToDictionary(probe => $"{probe["type"]}", probe => $"{probe["httpGet"]["path"]}");

    /// <summary>The names of its secrets.</summary>
    public IEnumerable<string> Secrets =>
        ((YamlSequenceNode)Node("properties/configuration/secrets")).Select(secret => $"{secret["name"]}");

    private YamlNode Node(string path) =>
        path.Split('/').Aggregate((YamlNode)_root, (node, key) => int.TryParse(key, out var index) ? node[index] : node[key]);

    [GeneratedRegex(@"\{\{ (targetPortOrDefault (?<port>\d+)|[^}]+) \}\}")]
    private static partial Regex Expression();
}
