using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Gitproc.Unit.Ci;

namespace Gitproc.Unit.Documentation;

/// <summary>
/// The layers of docs/architecture.md: in Core a namespace is a folder, and refers only to those before it in the list.
/// </summary>
public sealed class LayerTests
{
    // From the bottom up. What is on one line knows nothing of the others on it.
    private static readonly string[][] Layers =
    [
        ["Text"], ["Reports"], ["Interop"], ["Files"], ["Processes"],
        ["Git.Untrusted"], ["Git.Reading"], ["Git.Running"],
        ["Registry"], ["Agents"], ["Repositories"], ["Leases"],
        ["Checkouts.Looking"], ["Checkouts.Rescuing"], ["Checkouts.Recycling"], ["Checkouts"],
        ["Links", "Original", "Ci"], ["Pools"], ["Remote"],
    ];

    [Fact]
    public void A_namespace_refers_only_to_those_below_it()
    {
        var rank = Layers
            .SelectMany((names, at) => names.Select(name => (Name: $"Gitproc.{name}", at)))
            .ToDictionary(layer => layer.Name, layer => layer.at);
        var upward = References()
            .Where(edge => edge.From.Space != edge.To.Space)
            .Where(edge =>
                !rank.TryGetValue(edge.From.Space, out var from)
                || !rank.TryGetValue(edge.To.Space, out var to)
                || to >= from)
            .Select(edge => $"{edge.From.Space}.{edge.From.Name} -> {edge.To.Space}.{edge.To.Name}");
        Assert.Empty(upward.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_namespace_is_a_folder()
    {
        var core = Path.Combine(CiFile.Root, "src", "Gitproc.Core");
        var wrong = Directory.EnumerateFiles(core, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Regex.IsMatch(Path.GetRelativePath(core, file), "^(bin|obj)[/\\\\]"))
            .Where(file =>
                Regex.Match(File.ReadAllText(file), "^namespace ([\\w.]+);", RegexOptions.Multiline).Groups[1].Value
                != $"Gitproc.{Path.GetRelativePath(core, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.')}"
            );
        Assert.Empty(wrong);
    }

    [Fact]
    public void Core_has_no_escape_sequence()
    {
        var core = Path.Combine(CiFile.Root, "src", "Gitproc.Core");
        var found = Directory.EnumerateFiles(core, "*.cs", SearchOption.AllDirectories).SelectMany(File.ReadLines)
            .Where(line => Regex.IsMatch(line, @"^(?!\s*//).*\\(e|x1[bB]|u001[bB])"));
        Assert.Empty(found);
    }

    private static HashSet<((string Space, string Name) From, (string Space, string Name) To)> References()
    {
        using var file = new PEReader(File.OpenRead(typeof(Checkouts.Acquisition).Assembly.Location));
        var reader = file.GetMetadataReader();
        var edges = new HashSet<((string, string), (string, string))>();
        foreach (var handle in reader.TypeDefinitions.Where(handle => IsOurs(Named(handle))))
        {
            var type = reader.GetTypeDefinition(handle);
            var found = new Found(reader);
            found.Add(type.BaseType);
            foreach (var one in type.GetInterfaceImplementations())
                found.Add(reader.GetInterfaceImplementation(one).Interface);
            foreach (var field in type.GetFields())
                reader.GetFieldDefinition(field).DecodeSignature(found, null);
            foreach (var method in type.GetMethods().Select(reader.GetMethodDefinition))
            {
                method.DecodeSignature(found, null);
                if (method.RelativeVirtualAddress != 0)
                    found.AddBody(file.GetMethodBody(method.RelativeVirtualAddress));
            }

            edges.UnionWith(found.Types.Select(Named).Where(IsOurs).Select(to => (Named(handle), to)));
        }

        return edges;

        // What the compiler makes has no namespace, or one with a bracket or dot-less helper names; nested types are
        // their outermost.
        static bool IsOurs((string Space, string Name) type) =>
            type.Space.StartsWith("Gitproc.", StringComparison.Ordinal) && type.Name[0] != '<';

        (string, string) Named(TypeDefinitionHandle type)
        {
            while (reader.GetTypeDefinition(type).GetDeclaringType() is { IsNil: false } outer)
                type = outer;
            var definition = reader.GetTypeDefinition(type);
            return (reader.GetString(definition.Namespace), reader.GetString(definition.Name));
        }
    }

    /// <summary>Collects the types of the assembly that handles and signatures lead to.</summary>
    private sealed class Found(MetadataReader reader) : ISignatureTypeProvider<object?, object?>
    {
        private static readonly Dictionary<short, System.Reflection.Emit.OperandType> Operands =
            typeof(System.Reflection.Emit.OpCodes)
                .GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(field => (System.Reflection.Emit.OpCode)field.GetValue(null)!)
                .ToDictionary(code => code.Value, code => code.OperandType);

        public HashSet<TypeDefinitionHandle> Types { get; } = [];

        public void Add(EntityHandle handle)
        {
            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition when !handle.IsNil:
                    Types.Add((TypeDefinitionHandle)handle);
                    break;
                case HandleKind.TypeSpecification:
                    reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                    break;
                case HandleKind.MethodDefinition:
                    Types.Add(reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.FieldDefinition:
                    Types.Add(reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                    break;
                case HandleKind.MethodSpecification:
                    reader.GetMethodSpecification((MethodSpecificationHandle)handle).DecodeSignature(this, null);
                    Add(reader.GetMethodSpecification((MethodSpecificationHandle)handle).Method);
                    break;
                case HandleKind.MemberReference:
                    var member = reader.GetMemberReference((MemberReferenceHandle)handle);
                    Add(member.Parent);
                    if (member.GetKind() == MemberReferenceKind.Method)
                        member.DecodeMethodSignature(this, null);
                    else
                        member.DecodeFieldSignature(this, null);
                    break;
            }
        }

        public void AddBody(MethodBodyBlock body)
        {
            if (!body.LocalSignature.IsNil)
                reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, null);
            for (var il = body.GetILReader(); il.RemainingBytes > 0;)
            {
                var code = (short)il.ReadByte();
                switch (Operands[code == 0xFE ? (short)(0xFE00 | il.ReadByte()) : code].ToString())
                {
                    case "InlineNone": break;
                    case "ShortInlineBrTarget" or "ShortInlineI" or "ShortInlineVar": il.ReadByte(); break;
                    case "InlineVar": il.ReadInt16(); break;
                    case "InlineI8" or "InlineR": il.ReadInt64(); break;
                    case "InlineSwitch":
                        var cases = il.ReadInt32();
                        il.Offset += 4 * cases;
                        break;
                    case "InlineField" or "InlineMethod" or "InlineTok" or "InlineType":
                        Add((EntityHandle)MetadataTokens.Handle(il.ReadInt32()));
                        break;
                    default:
                        il.ReadInt32();
                        break;
                }
            }
        }

        public object? GetTypeFromDefinition(MetadataReader r, TypeDefinitionHandle handle, byte kind)
        {
            Types.Add(handle);
            return null;
        }

        public object? GetTypeFromSpecification(
            MetadataReader r, object? context, TypeSpecificationHandle handle, byte kind
        ) => r.GetTypeSpecification(handle).DecodeSignature(this, null);

        public object? GetTypeFromReference(MetadataReader r, TypeReferenceHandle handle, byte kind) => null;
        public object? GetArrayType(object? element, ArrayShape shape) => null;
        public object? GetByReferenceType(object? element) => null;
        public object? GetFunctionPointerType(MethodSignature<object?> signature) => null;

        public object? GetGenericInstantiation(
            object? type, System.Collections.Immutable.ImmutableArray<object?> arguments
        ) => null;

        public object? GetGenericMethodParameter(object? context, int index) => null;
        public object? GetGenericTypeParameter(object? context, int index) => null;
        public object? GetModifiedType(object? modifier, object? type, bool isRequired) => null;
        public object? GetPinnedType(object? element) => null;
        public object? GetPointerType(object? element) => null;
        public object? GetPrimitiveType(PrimitiveTypeCode code) => null;
        public object? GetSZArrayType(object? element) => null;
    }
}
